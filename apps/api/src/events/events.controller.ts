import { isAllowed } from '@audience-relay/contracts';
import { type BeforeApplicationShutdown, Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsMongoId } from 'class-validator';
import type { Request, Response } from 'express';
import { CurrentUser, SignedIn } from '../access/access.decorators';
import { ActiveUsers } from '../users/active-users';
import type { SignedInPerson } from '../access/signed-in-user';
import { ApiProblem } from '../problems/api-problem.decorator';
import { ProblemException } from '../problems/problem.exception';
import { ChangeFeed, permissionOf } from './change-feed';
import { EventStream } from './event-stream';
import { expiryOf } from './token-expiry';
import { Optional } from '../validation/field.decorators';

const heartbeatMs = 15_000;

/** Open streams of one sign-in, in this process: a window of the console has one. */
const maxStreams = 20;

export class EventsQueryDto {
  @ApiProperty({ description: 'Only events of this run.', required: false })
  @IsMongoId()
  @Optional()
  runId?: string;
}

@ApiTags('events')
@Controller('events')
export class EventsController implements BeforeApplicationShutdown {
  /** With the sign-in that each belongs to. */
  private readonly streams = new Map<EventStream, string>();

  constructor(
    private readonly feed: ChangeFeed,
    private readonly activeUsers: ActiveUsers,
  ) {}

  /** Open streams would keep the server from closing. */
  beforeApplicationShutdown(): void {
    for (const stream of this.streams.keys()) stream.end();
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
  @ApiProblem('Too many open streams of this sign-in.', 'too-many-requests')
  streamEvents(
    @Query() { runId }: EventsQueryDto,
    @CurrentUser() user: SignedInPerson,
    @Req() request: Request,
    @Res() response: Response,
  ): void {
    const session = user.sessionId.toHexString();
    const open = [...this.streams.values()].filter((each) => each === session).length;
    if (open >= maxStreams)
      throw new ProblemException(
        'too-many-requests',
        `This sign-in has ${maxStreams} event streams open already. Close one and try again.`,
        { retryAfter: heartbeatMs / 1000 },
      );
    const stream = new EventStream(response);
    this.streams.set(stream, session);
    let { role } = user;
    const stopListening = this.feed.listen((change) => {
      if (runId && (change.event !== 'run' || change.id !== runId)) return;
      if (isAllowed(role, permissionOf[change.event])) stream.send(change);
    });
    const heartbeat = setInterval(() => {
      stream.comment('heartbeat');
      // The stream of a disabled or signed-out user ends; a changed role applies at once. An unavailable database
      // changes nothing.
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
