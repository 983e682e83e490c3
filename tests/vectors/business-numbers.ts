/**
 * A number that its holder or its register has published, the form in which it is stored, and how
 * it is shown.
 */
export type PublishedNumber = readonly [given: string, stored: string, shown: string]

/**
 * Registration and tax numbers as companies print them in their imprints and registers list them:
 * each in the spelling that one finds, with the country's prefix, dots and spaces.
 */
export const PUBLISHED: readonly (readonly [string, 'registration' | 'tax', PublishedNumber])[] = [
  // Tesco PLC; Tesco Stores; a Scottish company (RBS) and one that is listed without leading zeros.
  ['GB', 'registration', ['00445790', '00445790', '00445790']],
  ['GB', 'registration', ['445790', '00445790', '00445790']],
  ['GB', 'registration', ['SC 045551', 'SC045551', 'SC045551']],
  ['GB', 'tax', ['GB 220 4302 31', '220430231', '220 4302 31']],
  // Apple, Microsoft: annual reports (Form 10-K).
  ['US', 'registration', ['94-2404110', '942404110', '94-2404110']],
  ['US', 'tax', ['911144442', '911144442', '91-1144442']],
  // SAP, Siemens; the Steuernummer is the example of the tax offices.
  ['DE', 'tax', ['DE 143454214', '143454214', '143454214']],
  ['DE', 'tax', ['DE129274202', '129274202', '129274202']],
  ['DE', 'tax', ['181/815/08155', '18181508155', '181/815/0815 5']],
  // Royal Philips.
  ['NL', 'registration', ['17001910', '17001910', '17001910']],
  ['NL', 'tax', ['NL004495445B01', '004495445B01', '004495445B01']],
  // TotalEnergies, its head office, its VAT number; L'Oréal; Carrefour.
  ['FR', 'registration', ['542 051 180', '542051180', '542 051 180']],
  ['FR', 'registration', ['542 051 180 00066', '542051180', '542 051 180']],
  ['FR', 'registration', ['632012100', '632012100', '632 012 100']],
  ['FR', 'tax', ['FR 59 542051180', '59542051180', '59 542 051 180']],
  // Anheuser-Busch InBev.
  ['BE', 'registration', ['0417.497.106', '0417497106', '0417497106']],
  ['BE', 'tax', ['BE 0417.497.106', '0417497106', '0417497106']],
  // Telefónica, Inditex.
  ['ES', 'registration', ['A-28015865', 'A28015865', 'A-28015865']],
  ['ES', 'tax', ['ES A15075062', 'A15075062', 'A-15075062']],
  // Eni.
  ['IT', 'tax', ['IT 00905811006', '00905811006', '00905811006']],
  // OMV.
  ['AT', 'registration', ['FN 93363z', '93363Z', '93363Z']],
  ['AT', 'tax', ['ATU14189108', 'U14189108', 'U14189108']],
  // Orlen.
  ['PL', 'registration', ['610188201', '610188201', '610188201']],
  ['PL', 'registration', ['0000028860', '0000028860', '0000028860']],
  ['PL', 'tax', ['774-00-01-454', '7740001454', '7740001454']],
  // EDP, Galp.
  ['PT', 'registration', ['500 697 256', '500697256', '500 697 256']],
  ['PT', 'tax', ['PT504499777', '504499777', '504 499 777']],
  // Volvo, H&M.
  ['SE', 'registration', ['556012-5790', '5560125790', '556012-5790']],
  ['SE', 'tax', ['SE556042722001', '556042722001', '556042722001']],
  // Novo Nordisk, A.P. Møller–Mærsk.
  ['DK', 'registration', ['24 25 67 90', '24256790', '24256790']],
  ['DK', 'tax', ['DK22756214', '22756214', '22756214']],
  // Nokia.
  ['FI', 'registration', ['0112038-9', '01120389', '0112038-9']],
  ['FI', 'tax', ['FI01120389', '01120389', '01120389']],
  // Google Ireland.
  ['IE', 'registration', ['368047', '368047', '368047']],
  ['IE', 'tax', ['IE 6388047V', '6388047V', '6388047V']],
  // Nestlé.
  ['CH', 'registration', ['CHE-105.909.036', 'CHE105909036', 'CHE-105.909.036']],
  ['CH', 'tax', ['CHE-116.281.271 MWST', 'CHE116281271MWST', 'CHE-116.281.271 MWST']],
  // BHP, Telstra.
  ['AU', 'registration', ['004 028 077', '004028077', '004 028 077']],
  ['AU', 'tax', ['33 051 775 556', '33051775556', '33 051 775 556']],
  // Equinor.
  ['NO', 'registration', ['923 609 016', '923609016', '923 609 016']],
  ['NO', 'tax', ['NO 923 609 016 MVA', '923609016MVA', 'NO 923 609 016 MVA']],
  // Petrobras; the first alphanumeric CNPJ of the Receita Federal's own example.
  ['BR', 'registration', ['33.000.167/0001-01', '33000167000101', '33.000.167/0001-01']],
  ['BR', 'registration', ['12.ABC.345/01DE-35', '12ABC34501DE35', '12.ABC.345/01DE-35']],
  // Škoda Auto.
  ['CZ', 'registration', ['001 77 041', '00177041', '00177041']],
  ['CZ', 'tax', ['CZ00177041', '00177041', '00177041']],
  // Toyota, DBS, Samsung Electronics.
  ['JP', 'registration', ['1180301018771', '1180301018771', '1-1803-0101-8771']],
  ['SG', 'registration', ['196800306E', '196800306E', '196800306E']],
  ['KR', 'registration', ['124-81-00998', '1248100998', '124-81-00998']],
  // OTP Bank, OPAP, OMV Petrom, INA.
  ['HU', 'tax', ['10537914-4-44', '10537914444', '10537914-4-44']],
  ['GR', 'tax', ['EL 094259216', '094259216', '094259216']],
  ['RO', 'tax', ['RO 1590082', '1590082', '159 008 2']],
  // The portal of the Indian tax office.
  ['IN', 'tax', ['27AAPFU0939F1ZV', '27AAPFU0939F1ZV', '27AAPFU0939F1ZV']],
]

/** What is no number of its country, and why. */
export const REFUSED: readonly (readonly [string, 'registration' | 'tax', string, string])[] = [
  ['GB', 'registration', 'XX445790', 'no such register'],
  ['GB', 'registration', '004457900', 'a digit too many'],
  ['GB', 'tax', 'GB 220 4302 32', 'check digits'],
  ['US', 'registration', '07-2404110', 'no such prefix'],
  ['US', 'tax', '94-240411', 'a digit too few'],
  ['DE', 'tax', 'DE143454215', 'check digit'],
  ['NL', 'registration', '1700191', 'a digit too few'],
  ['NL', 'tax', 'NL004495446B01', 'check digit'],
  ['FR', 'registration', '542 051 181', 'check digit'],
  ['FR', 'registration', '542 051 180 00067', 'check digit of the establishment'],
  ['FR', 'tax', 'FR 58 542051180', 'key'],
  ['BE', 'registration', '0417.497.107', 'check digits'],
  ['ES', 'registration', 'A-28015866', 'check digit'],
  ['IT', 'tax', '00905811007', 'check digit'],
  ['AT', 'tax', 'ATU14189109', 'check digit'],
  ['PL', 'registration', '610188202', 'check digit'],
  ['PT', 'tax', '504499778', 'check digit'],
  ['SE', 'registration', '556012-5791', 'check digit'],
  ['DK', 'registration', '24256791', 'check digit'],
  ['FI', 'registration', '0112038-8', 'check digit'],
  ['IE', 'tax', 'IE 6388047W', 'check letter'],
  ['CH', 'registration', 'CHE-105.909.037', 'check digit'],
  ['AU', 'registration', '004 028 078', 'check digit'],
  ['CA', 'registration', '123026636', 'check digit'],
  ['NO', 'registration', '923 609 017', 'check digit'],
  ['BR', 'registration', '33.000.167/0001-02', 'check digit'],
  ['CZ', 'registration', '00177042', 'check digit'],
  ['IN', 'tax', '27AAPFU0939F1ZW', 'check digit'],
  ['JP', 'registration', '2180301018771', 'check digit'],
  ['HU', 'tax', '10537915-4-44', 'check digit'],
]
