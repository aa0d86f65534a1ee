import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, Types } from 'mongoose';
import { findPage, type ListRequest, type Page } from '../lists/list-page';
import type { AuditEntryRecord } from './audit-entry.schema';

export const auditSorts = { at: 'at', action: 'action' };

/** Append-only: there is no way to change or remove an entry. */
@Injectable()
export class AuditRepository {
  constructor(@InjectModel('AuditEntry') private readonly entries: Model<AuditEntryRecord>) {}

  async append(entry: Omit<AuditEntryRecord, '_id'>): Promise<void> {
    await this.entries.insertOne({ _id: new Types.ObjectId(), ...entry });
  }

  findPage(
    request: ListRequest,
    filter: { userId?: Types.ObjectId; subject?: string; subjectId?: string },
  ): Promise<Page<AuditEntryRecord>> {
    const { userId, subject, subjectId } = filter;
    return findPage(
      this.entries,
      { ...(userId && { userId }), ...(subject && { subject }), ...(subjectId && { subjectId }) },
      request,
      { sorts: auditSorts, defaultSort: '-at', searchIn: ['action'] },
    );
  }
}
