import { Module } from '@nestjs/common';
import { RunsModule } from '../runs/runs.module';
import { RefreshClock } from '../refreshes/refresh-clock';
import { ExportAccessModule } from '../export-access/export-access.module';
import { ExportOverview } from './export-overview';
import { ExportPreviewService } from './export-preview';
import { ExportSchedulesService } from './export-schedules';
import { ExportTotalsService } from './export-totals';
import { ExportViews } from './export-views';
import { ExportsController } from './exports.controller';
import { ExportsService } from './exports.service';
import { PlanCapacity } from './plan-capacity';

@Module({
  imports: [ExportAccessModule, RunsModule],
  controllers: [ExportsController],
  providers: [
    ExportOverview,
    ExportPreviewService,
    ExportSchedulesService,
    ExportsService,
    ExportTotalsService,
    ExportViews,
    PlanCapacity,
    RefreshClock,
  ],
  exports: [ExportsService, ExportViews],
})
export class ExportsModule {}
