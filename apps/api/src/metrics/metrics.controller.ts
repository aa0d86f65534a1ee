import { HttpMetrics } from '@audience-relay/observability';
import { Controller, Get, Headers, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { createHash, timingSafeEqual } from 'node:crypto';
import { Public } from '../access/access.decorators';
import type { ApiConfig } from '../config/api-config';
import { InjectConfig } from '../config/config.module';
import { ApiProblem } from '../problems/api-problem.decorator';
import { ProblemException } from '../problems/problem.exception';

function sameText(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

@ApiTags('health')
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: HttpMetrics,
    @InjectConfig() private readonly config: ApiConfig,
  ) {}

  @Get()
  @Public()
  @ApiBearerAuth()
  @ApiOperation({
    summary: 'Metrics for Prometheus',
    description: 'For the bearer of METRICS_TOKEN; off while that variable is not set.',
  })
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  @ApiProblem('Metrics are off.', 'not-found')
  @ApiProblem('Not the bearer of METRICS_TOKEN.', 'unauthenticated')
  async getMetrics(
    @Headers('authorization') authorization: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const token = this.config.metricsToken;
    if (token === null)
      throw new ProblemException('not-found', 'Metrics are off. Set METRICS_TOKEN to turn them on.');
    if (!sameText(authorization ?? '', `Bearer ${token}`))
      throw new ProblemException('unauthenticated', 'Metrics are for the bearer of METRICS_TOKEN.');
    const { registry } = this.metrics;
    response.type(registry.contentType).send(await registry.metrics());
  }
}
