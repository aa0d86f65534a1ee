import { HttpMetrics } from '@audience-relay/observability';
import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { MetricsController } from './metrics.controller';

@Module({
  controllers: [MetricsController],
  providers: [{ provide: HttpMetrics, useFactory: () => new HttpMetrics('api') }],
})
export class MetricsModule implements NestModule {
  constructor(private readonly metrics: HttpMetrics) {}

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(this.metrics.measure).forRoutes('{*path}');
  }
}
