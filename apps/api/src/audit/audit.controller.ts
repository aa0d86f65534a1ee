import { AuditRepository } from '@audience-relay/data';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Types } from 'mongoose';
import { RequirePermission } from '../auth/access.decorators';
import { UserNames } from '../users/user-names';
import { AuditListDto, AuditQueryDto } from './audit.dto';

@ApiTags('audit')
@Controller('audit')
@RequirePermission('audit:read')
export class AuditController {
  constructor(
    private readonly audit: AuditRepository,
    private readonly userNames: UserNames,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List who changed what, and when' })
  @ApiOkResponse({ type: AuditListDto })
  async listAudit(@Query() { userId, subject, subjectId, ...request }: AuditQueryDto): Promise<AuditListDto> {
    const page = await this.audit.findPage(request, {
      userId: userId === undefined ? undefined : new Types.ObjectId(userId),
      subject,
      subjectId,
    });
    const names = await this.userNames.of(page.items.map((entry) => entry.userId));
    return {
      ...page,
      items: page.items.map(({ _id, at, userId: by, ...entry }) => ({
        ...entry,
        id: String(_id),
        at: at.toISOString(),
        user: by && (names.get(String(by)) ?? null),
      })),
    };
  }
}
