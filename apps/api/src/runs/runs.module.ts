import { Module } from '@nestjs/common';
import { ExportAccessModule } from '../export-access/export-access.module';
import { ReconcilerService } from './reconciler.service';
import { RemovalApprovals } from './removal-approvals.service';
import { RunRetention } from './run-retention.service';
import { RunStarter } from './run-starter';
import { RunsController } from './runs.controller';
import { RunsService } from './runs.service';

@Module({
  imports: [ExportAccessModule],
  controllers: [RunsController],
  providers: [ReconcilerService, RemovalApprovals, RunRetention, RunsService, RunStarter],
  exports: [RunsService, RunStarter],
})
export class RunsModule {}
