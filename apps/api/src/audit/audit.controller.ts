import { type AuditEntryRecord, AuditRepository } from '@audience-relay/data';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Types } from 'mongoose';
import { RequirePermission } from '../access/access.decorators';
import { UserNames } from '../users/user-names';
import { type AuditEntryDto, AuditListDto, AuditQueryDto } from './audit.dto';
import { SubjectNames } from './subject-names';
import { toListDto } from '../lists/list.dto';

@ApiTags('audit')
@Controller('audit')
@RequirePermission('audit:read')
export class AuditController {
  constructor(
    private readonly audit: AuditRepository,
    private readonly userNames: UserNames,
    private readonly subjectNames: SubjectNames,
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
    return toListDto(page, (entries) => this.view(entries));
  }

  private async view(entries: readonly AuditEntryRecord[]): Promise<AuditEntryDto[]> {
    const [names, subjectNames] = await Promise.all([
      this.userNames.of(entries.map((entry) => entry.userId)),
      this.subjectNames.of(entries),
    ]);
    return entries.map(({ _id, at, userId: by, ...entry }) => ({
      ...entry,
      id: String(_id),
      at: at.toISOString(),
      subjectName: subjectNames.get(entry.subjectId ?? '') ?? null,
      user: by && (names.get(String(by)) ?? null),
    }));
  }
}
