import { destinations } from '@audience-relay/destinations/registry';
import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '../access/access.decorators';
import { notFound } from '../problems/problem.exception';
import { DestinationDto, DestinationListDto, toDestinationDto } from './destination.dto';

@ApiTags('destinations')
@Controller('destinations')
@RequirePermission('destination:read')
export class DestinationsController {
  @Get()
  @ApiOperation({ summary: 'List what can be connected to' })
  @ApiOkResponse({ type: DestinationListDto })
  listDestinations(): DestinationListDto {
    return { items: destinations.map(toDestinationDto) };
  }

  @Get(':key')
  @ApiOperation({ summary: 'Look at a destination' })
  @ApiOkResponse({ type: DestinationDto })
  getDestination(@Param('key') key: string): DestinationDto {
    const destination = destinations.find((candidate) => candidate.key === key);
    if (!destination) throw notFound('This destination');
    return toDestinationDto(destination);
  }
}
