import type { SemanticType } from '@audience-relay/contracts';

/** What a column is about, by its name. */
export interface ColumnMeaning {
  /** The profile field's key, the same for every file. */
  key: string;
  label: string;
  semanticType: SemanticType;
}

const meaning = (
  key: string,
  label: string,
  semanticType: SemanticType,
  names: string,
): [ColumnMeaning, string[]] => [{ key, label, semanticType }, names.split(' ')];

/** Names of columns without spaces, signs and digits, in English, Norwegian, and as people misspell them. */
const dictionary: [ColumnMeaning, string[]][] = [
  meaning(
    'email',
    'E-mail',
    'Identity.Service.Email',
    'email emailaddress emailadress mail mailaddress epost epostadresse emial emailaddr eposta',
  ),
  meaning(
    'firstName',
    'First name',
    'Person.FirstName',
    'firstname first givenname forename fname fornavn firstnames fistname frstname',
  ),
  meaning(
    'lastName',
    'Last name',
    'Person.LastName',
    'lastname last surname familyname lname etternavn lastnames lasname slektsnavn',
  ),
  meaning(
    'fullName',
    'Full name',
    'Person.FullName',
    'fullname name displayname contactname customername navn fulltnavn kundenavn',
  ),
  meaning(
    'phone',
    'Phone',
    'Identity.Service.Phone',
    'phone phonenumber phoneno telephone telephonenumber tel mobile mobilephone mobilenumber cell cellphone telefon telefonnummer tlf tlfnr mobil mobilnummer mobiltelefon phonenr',
  ),
  meaning(
    'addressLine1',
    'Address line 1',
    'Location.AddressLine1',
    'address adress addressline street streetaddress adresse gateadresse gate postadresse',
  ),
  meaning('addressLine2', 'Address line 2', 'Location.AddressLine2', 'apartment suite unit'),
  meaning('city', 'City', 'Location.City', 'city town cityname by poststed sted locality ctiy'),
  meaning(
    'state',
    'State',
    'Location.State',
    'state statie province region stateprovince stateprovinceregion stateregion fylke staten',
  ),
  meaning(
    'country',
    'Country',
    'Location.Country',
    'country countryregion countryname countrycode land landkode nation contry',
  ),
  meaning(
    'postalCode',
    'Postal code',
    'Location.PostalCode',
    'zip zipcode zipp postalcode postcode postal postnr postnummer postalnumber',
  ),
  meaning(
    'company',
    'Company',
    'Organization.Name',
    'company companyname organisation organization organizationname organisationname employer firma firmanavn bedrift selskap virksomhet',
  ),
  meaning(
    'website',
    'Website',
    'Website',
    'website web homepage url webpage webaddress site nettside nettsted hjemmeside',
  ),
];

const meanings: ReadonlyMap<string, ColumnMeaning> = new Map(
  dictionary.flatMap(([about, names]) => names.map((name): [string, ColumnMeaning] => [name, about])),
);

const addressLine2 = /^(?:address|adress|addressline|street|adresse)2$/;

/** Best first. */
const idNames =
  'id profileid customerid kundeid personid contactid memberid userid externalid customernumber customerno kundenr kundenummer medlemsnummer medlemsnr profilid'.split(
    ' ',
  );

/** `E-post adresse` -> `epostadresse`, `Språk` -> `sprak`. */
function plain(name: string): string {
  return asciiOf(name)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}

/** @returns null when nothing is known about such a name. */
export function columnMeaning(name: string): ColumnMeaning | null {
  const wanted = plain(name);
  if (addressLine2.test(wanted)) return meanings.get('apartment') ?? null;
  return meanings.get(wanted) ?? meanings.get(wanted.replace(/\d+$/, '')) ?? null;
}

/** Which column most likely holds the ids of people; undefined when none does. */
export function likeliestIdColumn(names: readonly string[]): string | undefined {
  const plainNames = names.map(plain);
  const known = idNames.find((id) => plainNames.includes(id));
  return known === undefined ? undefined : names[plainNames.indexOf(known)];
}

/** Whether values of such a column are marks, not amounts, though they may look like numbers. */
export function holdsMarks(name: string): boolean {
  return /(?:id|code|kode|number|nummer|nr|no|ref|sku|zip|phone|tlf|account|konto)\d*$/.test(plain(name));
}

/** A field's key for a column that nothing is known about: `Phone 2` -> `phone2`, `Født år` -> `fodtAr`. */
export function keyOf(name: string): string {
  const words = asciiOf(name).match(/[A-Za-z0-9]+/g) ?? [];
  const key = words
    .map((word, index) => {
      const rest = word === word.toUpperCase() ? word.slice(1).toLowerCase() : word.slice(1);
      const first = word.charAt(0);
      return (index === 0 ? first.toLowerCase() : first.toUpperCase()) + rest;
    })
    .join('');
  const safe = /^[a-z]/i.test(key) ? key : `field${key}`;
  // A name that every object has would be found where there is no value.
  return (safe in {} ? `${safe}Field` : safe).slice(0, 60);
}

function asciiOf(text: string): string {
  return text
    .replace(/[æÆ]/g, 'ae')
    .replace(/[øØ]/g, 'o')
    .replace(/[åÅ]/g, 'a')
    .replace(/ß/g, 'ss')
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '');
}
