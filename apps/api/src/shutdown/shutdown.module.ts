import { Module } from '@nestjs/common';
import { Drain } from './drain';

@Module({ providers: [Drain] })
export class ShutdownModule {}
