import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../access/access.decorators';
import { ApiProblem } from '../problems/api-problem.decorator';
import { ProblemException } from '../problems/problem.exception';
import { LivenessDto, ReadinessDto } from './health.dto';
import { Readiness } from './readiness';

@ApiTags('health')
@Controller('health')
@Public()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @ApiOperation({
    summary: 'Whether the process answers at all',
    description: 'For a supervisor: not answering means restart.',
  })
  @ApiOkResponse({ type: LivenessDto })
  getLiveness(): LivenessDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    summary: 'Whether everything that work needs is there',
    description: 'Database, Redis and at least one worker. The problem has the same members as the answer.',
  })
  @ApiOkResponse({ type: ReadinessDto })
  @ApiProblem('Something is not there.', 'service-unavailable')
  async getReadiness(): Promise<ReadinessDto> {
    const { ready, ...findings } = await this.readiness.look();
    if (ready) return { status: 'ok', ...findings };
    const missing = (['database', 'redis', 'worker'] as const).filter((part) => findings[part] === 'down');
    const detail = missing.length === 0 ? 'The API is shutting down.' : `Not there: ${missing.join(', ')}.`;
    throw new ProblemException('service-unavailable', detail, { extra: findings });
  }
}
