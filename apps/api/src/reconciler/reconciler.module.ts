import { Module } from '@nestjs/common';
import { RunsModule } from '../runs/runs.module';
import { ReconcilerService } from './reconciler.service';
import { WaitingJobs } from './waiting-jobs';

@Module({ imports: [RunsModule], providers: [ReconcilerService, WaitingJobs] })
export class ReconcilerModule {}
