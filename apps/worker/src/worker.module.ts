import { DataModule } from '@audience-relay/data';
import { loggerOptions } from '@audience-relay/observability';
import { QueueModule } from '@audience-relay/queue';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { ExportRunsModule } from './export-runs/export-runs.module';
import { HealthModule } from './health/health.module';
import { SegmentRefreshModule } from './segment-refresh/segment-refresh.module';
import { type WorkerConfig, workerConfigToken } from './config/worker-config';

@Global()
@Module({})
export class WorkerModule {
  static forRoot(config: WorkerConfig): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        LoggerModule.forRoot(loggerOptions({ name: 'worker', level: config.logLevel })),
        DataModule.forRoot({ uri: config.mongodbUri, dbName: config.dbName, secretKeys: config.secretKeys }),
        QueueModule.forRoot({ redisUrl: config.redisUrl, prefix: config.redisPrefix }),
        ExportRunsModule,
        SegmentRefreshModule,
        HealthModule,
      ],
      providers: [{ provide: workerConfigToken, useValue: config }],
      exports: [workerConfigToken],
    };
  }
}
