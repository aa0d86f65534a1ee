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
    'email emailaddress emailadress mail mailaddress epost epostadresse emial emailaddr eposta emailadresse emailvalue useremail adresseemail adresseelectronique courriel mel correo correoelectronico direcciondecorreoelectronico mailadresse epostadress epostmottaker',
  ),
  meaning(
    'firstName',
    'First name',
    'Person.FirstName',
    'firstname first givenname forename fname fornavn firstnames fistname frstname vorname prenom nombre nombres fornamn',
  ),
  meaning(
    'lastName',
    'Last name',
    'Person.LastName',
    'lastname last surname familyname lname etternavn lastnames lasname slektsnavn nachname familienname zuname nom nomdefamille apellido apellidos efternamn',
  ),
  meaning(
    'fullName',
    'Full name',
    'Person.FullName',
    'fullname name displayname contactname customername navn fulltnavn kundenavn vollstandigername vollername nomcomplet nombrecompleto fullstandigtnamn namn',
  ),
  meaning(
    'phone',
    'Phone',
    'Identity.Service.Phone',
    'phone phonenumber phoneno telephone telephonenumber tel mobile mobilephone mobilenumber cell cellphone telefon telefonnummer tlf tlfnr mobil mobilnummer mobiltelefon phonenr telefonnummer telefonnr rufnummer handy handynummer mobiltelefonnummer telephonemobile portable telefono telefonomovil movil celular mobilnr',
  ),
  meaning(
    'addressLine1',
    'Address line 1',
    'Location.AddressLine1',
    'address adress addressline street streetaddress adresse gateadresse gate postadresse strasse strase anschrift strassehausnummer strasseundhausnummer rue adressepostale direccion calle domicilio gata gatuadress',
  ),
  meaning(
    'addressLine2',
    'Address line 2',
    'Location.AddressLine2',
    'apartment suite unit addresszusatz adresszusatz complementdadresse',
  ),
  meaning(
    'city',
    'City',
    'Location.City',
    'city town cityname by poststed sted locality ctiy ort wohnort stadt ville commune ciudad poblacion localidad postort',
  ),
  meaning(
    'state',
    'State',
    'Location.State',
    'state statie province region stateprovince stateprovinceregion stateregion fylke staten bundesland kanton departement provincia estado lan regionname provincecode',
  ),
  meaning(
    'country',
    'Country',
    'Location.Country',
    'country countryregion countryname countrycode land landkode nation contry pays pais staat',
  ),
  meaning(
    'postalCode',
    'Postal code',
    'Location.PostalCode',
    'zip zipcode zipp postalcode postcode postal postnr postnummer postalnumber plz postleitzahl codepostal codigopostal',
  ),
  meaning(
    'company',
    'Company',
    'Organization.Name',
    'company companyname organisation organization organizationname organisationname employer firma firmanavn bedrift selskap virksomhet unternehmen firmenname societe entreprise nomdelasociete empresa nombredelaempresa foretag foretagsnamn',
  ),
  meaning(
    'website',
    'Website',
    'Website',
    'website web homepage url webpage webaddress site nettside nettsted hjemmeside webseite siteweb siteinternet sitioweb paginaweb webbplats hemsida',
  ),
];

const meanings: ReadonlyMap<string, ColumnMeaning> = new Map(
  dictionary.flatMap(([about, names]) => names.map((name): [string, ColumnMeaning] => [name, about])),
);

const addressLine2 = /^(?:address|adress|addressline|street|adresse)2$/;

/** Best first. */
const idNames =
  'id profileid customerid kundeid personid contactid memberid userid recordid externalid clientid donotmodifycontact customernumber customerno kundenummer kundenr kundennummer kundennr kundnummer kundnr numeroclient idclient idcliente clienteid numerodecliente medlemsnummer medlemsnr profilid leadid subscriberid'.split(
    ' ',
  );

/** What exports of shops and address books put before the name that matters: `Default Address Zip`, `billing_email`. */
const prefix =
  /^(?:defaultaddress|address\d|billing|primary|contact|customer|business|work|home|user|person|subscriber|kunden?|client|cliente)(?=[a-z])/;

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
  return meaningOf(wanted) ?? (wanted === 'username' ? null : meaningOf(wanted.replace(prefix, '')));
}

/** `E-mail 1 - Value` is as good as `E-mail`. */
function meaningOf(wanted: string): ColumnMeaning | null {
  return meanings.get(wanted) ?? meanings.get(wanted.replace(/\d+(?:value|address)?$/, '')) ?? null;
}

/** Whether a name is that of a second, third, ... column of the same kind. */
export function isFurther(name: string): boolean {
  return /[a-z](?:[2-9]|[1-9]\d+)(?:value|address)?$/.test(plain(name)) && !addressLine2.test(plain(name));
}

/** Which column most likely holds the ids of people; undefined when none does. */
export function likeliestIdColumn(names: readonly string[]): string | undefined {
  const plainNames = names.map(plain);
  const known = idNames.find((id) => plainNames.includes(id));
  return known === undefined ? undefined : names[plainNames.indexOf(known)];
}

const identifierWord =
  /^(?:id|no|ref|sku|zip|phone|tlf|account|konto|code|kode|number|nummer|nr|plz|iban|uuid|guid)\d*$/;
const identifierEnding = /(?:code|kode|number|nummer|nr|phone|telefon|konto)\d*$/;

/** Whether values of such a column identify something and are no amounts, though they may look like numbers. */
export function isIdentifierColumn(name: string): boolean {
  const last = asciiOf(name)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .match(/[a-z0-9]+/g)
    ?.at(-1);
  if (last === undefined) return false;
  return identifierWord.test(last) || identifierEnding.test(last) || idNames.includes(plain(name));
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
