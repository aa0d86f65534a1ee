import { ConnectionRepository, ExportRepository, SegmentRepository } from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import { Types } from 'mongoose';

interface Subject {
  subject: string;
  subjectId: string | null;
}

interface Named {
  findByIds(ids: readonly Types.ObjectId[]): Promise<{ _id: Types.ObjectId; name: string }[]>;
}

/** Names for the ids in the audit, as they are now: entries themselves hold no values. */
@Injectable()
export class SubjectNames {
  private readonly named: Record<string, Named>;

  constructor(exports: ExportRepository, segments: SegmentRepository, connections: ConnectionRepository) {
    this.named = { exports, segments, connections };
  }

  /** By subject id. What is gone, or has no name, is absent. */
  async of(entries: readonly Subject[]): Promise<Map<string, string>> {
    const found = await Promise.all(
      Object.entries(this.named).map(async ([subject, repository]) => {
        const ids = new Set(
          entries.flatMap((entry) =>
            entry.subject === subject && Types.ObjectId.isValid(entry.subjectId ?? '')
              ? [entry.subjectId ?? '']
              : [],
          ),
        );
        return ids.size === 0 ? [] : repository.findByIds([...ids].map((id) => new Types.ObjectId(id)));
      }),
    );
    return new Map(found.flat().map(({ _id, name }) => [String(_id), name]));
  }
}
