import { Module } from '@nestjs/common';
import { HealthServer } from './health-server';
import { Heartbeat } from './heartbeat';

@Module({ providers: [HealthServer, Heartbeat] })
export class HealthModule {}
