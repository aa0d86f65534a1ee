import { Module } from '@nestjs/common';
import { AlertWatch } from './alert-watch.service';
import { AlertsController } from './alerts.controller';

@Module({ controllers: [AlertsController], providers: [AlertWatch] })
export class AlertsModule {}
