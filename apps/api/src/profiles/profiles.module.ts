import { Module } from '@nestjs/common';
import { FieldChanges } from './field-changes';
import { ProfilesController } from './profiles.controller';

@Module({ controllers: [ProfilesController], providers: [FieldChanges] })
export class ProfilesModule {}
