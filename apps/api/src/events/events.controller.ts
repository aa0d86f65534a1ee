import { isAllowed } from '@audience-relay/contracts';
import { type BeforeApplicationShutdown, Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsMongoId } from 'class-validator';
import type { Request, Response } from 'express';
import { CurrentUser, SignedIn } from '../access/access.decorators';
import { ActiveUsers } from '../users/active-users';
import type { SignedInPerson } from '../access/signed-in-user';
import { ChangeFeed, permissionOf } from './change-feed';
import { EventStream } from './event-stream';
import { expiryOf } from './token-expiry';
import { Optional } from '../validation/field.decorators';

const heartbeatMs = 15_000;

export class EventsQueryDto {
  @ApiProperty({ description: 'Only events of this run.', required: false })
  @IsMongoId()
  @Optional()
  runId?: string;
}

@ApiTags('events')
@Controller('events')
export class EventsController implements BeforeApplicationShutdown {
  private readonly streams = new Set<EventStream>();

  constructor(
    private readonly feed: ChangeFeed,
    private readonly activeUsers: ActiveUsers,
  ) {}

  /** Open streams would keep the server from closing. */
  beforeApplicationShutdown(): void {
    for (const stream of this.streams) stream.end();
  }

  @Get()
  @SignedIn()
  @ApiOperation({
    summary: 'Changes as they happen, as server-sent events',
    description:
      'Events `run` (a RunDto), `import`, `segment` and `refresh` (`id` and `status`). Ends when the access token ' +
      'runs out: connect again with a new one, and read what you show anew.',
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'The stream.', schema: { type: 'string' } })
  streamEvents(
    @Query() { runId }: EventsQueryDto,
    @CurrentUser() user: SignedInPerson,
    @Req() request: Request,
    @Res() response: Response,
  ): void {
    const stream = new EventStream(response);
    this.streams.add(stream);
    let { role } = user;
    const stopListening = this.feed.listen((change) => {
      if (runId && (change.event !== 'run' || change.id !== runId)) return;
      if (isAllowed(role, permissionOf[change.event])) stream.send(change);
    });
    const heartbeat = setInterval(() => {
      stream.comment('heartbeat');
      // Who was disabled or signed out hears nothing more; a changed role counts at once. A database that is away changes nothing.
      this.activeUsers.find(user.id, user.sessionId).then(
        (active) => (active ? (role = active.role) : stream.end()),
        () => undefined,
      );
    }, heartbeatMs);
    const expiry = setTimeout(() => stream.end(), expiryOf(request) - Date.now());
    response.on('close', () => {
      stopListening();
      clearInterval(heartbeat);
      clearTimeout(expiry);
      this.streams.delete(stream);
    });
  }
}
