import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module';
import { FilledCounter } from './filled-counter';
import { ImportService } from './import.service';
import { ImportsController } from './imports.controller';
import { InterruptedImports } from './interrupted-imports';

@Module({
  imports: [UsersModule],
  controllers: [ImportsController],
  providers: [FilledCounter, ImportService, InterruptedImports],
})
export class ImportsModule {}
