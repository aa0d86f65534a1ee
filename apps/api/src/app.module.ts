import { DataModule } from '@audience-relay/data';
import { loggerOptions } from '@audience-relay/observability';
import { QueueModule } from '@audience-relay/queue';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { LoggerModule } from 'nestjs-pino';
import { AlertsModule } from './alerts/alerts.module';
import { ApiKeysModule } from './api-keys/api-keys.module';
import { AuditModule } from './audit/audit.module';
import { BackgroundModule } from './background/background.module';
import { AuthModule } from './auth/auth.module';
import type { ApiConfig } from './config/api-config';
import { ConfigModule } from './config/config.module';
import { ConnectionsModule } from './connections/connections.module';
import { DestinationsModule } from './destinations/destinations.module';
import { EventsModule } from './events/events.module';
import { ExportsModule } from './exports/exports.module';
import { HealthModule } from './health/health.module';
import { ListsModule } from './lists/lists.module';
import { MetricsModule } from './metrics/metrics.module';
import { ProblemFilter } from './problems/problem.filter';
import { ImportsModule } from './imports/imports.module';
import { ProfilesModule } from './profiles/profiles.module';
import { SegmentsModule } from './segments/segments.module';
import { RefreshesModule } from './refreshes/refreshes.module';
import { RunsModule } from './runs/runs.module';
import { ShutdownModule } from './shutdown/shutdown.module';
import { SchedulesModule } from './schedules/schedules.module';
import { WorkspaceModule } from './workspace/workspace.module';
import { UsersModule } from './users/users.module';
import { InputPipe } from './validation/input.pipe';
import { ContentTypeGuard } from './validation/json-body';

/** One module a folder. */
const features = [
  ShutdownModule,
  ListsModule,
  BackgroundModule,
  MetricsModule,
  AlertsModule,
  AuthModule,
  ApiKeysModule,
  AuditModule,
  UsersModule,
  WorkspaceModule,
  DestinationsModule,
  ConnectionsModule,
  EventsModule,
  HealthModule,
  ExportsModule,
  RefreshesModule,
  RunsModule,
  SchedulesModule,
  ImportsModule,
  ProfilesModule,
  SegmentsModule,
];

@Module({})
export class AppModule {
  static forRoot(config: ApiConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        LoggerModule.forRoot(
          loggerOptions({
            name: 'api',
            level: config.logLevel,
            quietPaths: ['/health/live', '/health/ready', '/metrics'],
          }),
        ),
        DataModule.forRoot({
          uri: config.mongodbUri,
          secretKeys: config.secretKeys,
          dbName: config.dbName,
        }),
        QueueModule.forRoot({ redisUrl: config.redisUrl, prefix: config.redisPrefix }),
        ...features,
      ],
      providers: [
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_GUARD, useClass: ContentTypeGuard },
        { provide: APP_PIPE, useClass: InputPipe },
      ],
    };
  }
}
