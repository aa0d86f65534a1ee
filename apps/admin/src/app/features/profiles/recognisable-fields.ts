import { SemanticType } from '@audience-relay/contracts';
import { ProfileFieldDto } from '@audience-relay/api-client';

/** What people are recognised by, best first. */
const best: readonly SemanticType[] = [
  'Identity.Service.Email',
  'Person.FullName',
  'Person.FirstName',
  'Person.LastName',
  'Location.City',
  'Location.Country',
];

/** The few fields that a list of people shows: by meaning first, then in the order in which they became known. */
export function recognisableFields(fields: readonly ProfileFieldDto[], count: number): ProfileFieldDto[] {
  const rank = ({ semanticType }: ProfileFieldDto) => {
    const index = best.indexOf(semanticType);
    return index === -1 ? best.length : index;
  };
  return [...fields].sort((a, b) => rank(a) - rank(b)).slice(0, count);
}
