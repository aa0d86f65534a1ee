import { Module } from '@nestjs/common';
import { ChangeFeed } from './change-feed';
import { EventsController } from './events.controller';

@Module({ controllers: [EventsController], providers: [ChangeFeed] })
export class EventsModule {}
