import { type FieldType, type SemanticType } from '@audience-relay/contracts';
import { type ProfileFieldRecord, ProfileFieldRepository } from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import { invalid, notFound } from '../problems/problem.exception';
import type { UpdateProfileFieldDto } from './profile.dto';

/** Of these the profile list, the search and the mappings expect text: leading zeros, plus signs. */
const alwaysText = (semanticType: SemanticType): boolean => semanticType !== 'Custom';

const typeNames: Record<FieldType, string> = {
  text: 'a text',
  number: 'a number',
  date: 'a date',
  boolean: 'true or false',
};

/** Changes what a field is called and what it is. */
@Injectable()
export class FieldChanges {
  constructor(private readonly fields: ProfileFieldRepository) {}

  async apply(key: string, { type, ...changes }: UpdateProfileFieldDto): Promise<ProfileFieldRecord> {
    const field = await this.fields.findByKey(key);
    if (!field) throw notFound('This profile field');
    const after = { type: type ?? field.type, semanticType: changes.semanticType ?? field.semanticType };
    if (after.type !== 'text' && alwaysText(after.semanticType)) {
      throw invalid({ path: 'type', message: `A field that means ${after.semanticType} is a text.` });
    }
    if (type !== undefined && type !== field.type) {
      const unfit = await this.fields.convert(key, type);
      if (unfit > 0) {
        throw invalid({
          path: 'type',
          message: `${unfit} ${unfit === 1 ? 'profile holds' : 'profiles hold'} a value that is not ${typeNames[type]}.`,
        });
      }
    }
    const updated = await this.fields.update(key, { ...changes, type });
    if (!updated) throw notFound('This profile field');
    return updated;
  }
}
