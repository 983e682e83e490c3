import * as atBusinessid from 'stdnum/lib/cjs/at/businessid.js'
import * as atTin from 'stdnum/lib/cjs/at/tin.js'
import * as atUid from 'stdnum/lib/cjs/at/uid.js'
import * as auAbn from 'stdnum/lib/cjs/au/abn.js'
import * as auAcn from 'stdnum/lib/cjs/au/acn.js'
import * as beVat from 'stdnum/lib/cjs/be/vat.js'
import * as brCnpj from 'stdnum/lib/cjs/br/cnpj.js'
import * as caBn from 'stdnum/lib/cjs/ca/bn.js'
import * as caGst from 'stdnum/lib/cjs/ca/gst.js'
import * as chUid from 'stdnum/lib/cjs/ch/uid.js'
import * as chVat from 'stdnum/lib/cjs/ch/vat.js'
import * as cnUscc from 'stdnum/lib/cjs/cn/uscc.js'
import * as cyVat from 'stdnum/lib/cjs/cy/vat.js'
import * as czDic from 'stdnum/lib/cjs/cz/dic.js'
import * as czIco from 'stdnum/lib/cjs/cz/ico.js'
import * as deStnr from 'stdnum/lib/cjs/de/stnr.js'
import * as deVat from 'stdnum/lib/cjs/de/vat.js'
import * as dkCvr from 'stdnum/lib/cjs/dk/cvr.js'
import * as eeKmkr from 'stdnum/lib/cjs/ee/kmkr.js'
import * as eeRegistrikood from 'stdnum/lib/cjs/ee/registrikood.js'
import * as esNif from 'stdnum/lib/cjs/es/nif.js'
import * as fiAlv from 'stdnum/lib/cjs/fi/alv.js'
import * as fiYtunnus from 'stdnum/lib/cjs/fi/ytunnus.js'
import * as frTva from 'stdnum/lib/cjs/fr/tva.js'
import * as gbVat from 'stdnum/lib/cjs/gb/vat.js'
import * as grVat from 'stdnum/lib/cjs/gr/vat.js'
import * as hrOib from 'stdnum/lib/cjs/hr/oib.js'
import * as ieVat from 'stdnum/lib/cjs/ie/vat.js'
import * as ilHp from 'stdnum/lib/cjs/il/hp.js'
import * as inGstin from 'stdnum/lib/cjs/in/gstin.js'
import * as inPan from 'stdnum/lib/cjs/in/pan.js'
import * as itCodicefiscale from 'stdnum/lib/cjs/it/codicefiscale.js'
import * as itIva from 'stdnum/lib/cjs/it/iva.js'
import * as jpCn from 'stdnum/lib/cjs/jp/cn.js'
import * as krBrn from 'stdnum/lib/cjs/kr/brn.js'
import * as ltPvm from 'stdnum/lib/cjs/lt/pvm.js'
import * as luTva from 'stdnum/lib/cjs/lu/tva.js'
import * as lvPvn from 'stdnum/lib/cjs/lv/pvn.js'
import * as mtVat from 'stdnum/lib/cjs/mt/vat.js'
import * as mxRfc from 'stdnum/lib/cjs/mx/rfc.js'
import * as nlBtw from 'stdnum/lib/cjs/nl/btw.js'
import * as noMva from 'stdnum/lib/cjs/no/mva.js'
import * as noOrgnr from 'stdnum/lib/cjs/no/orgnr.js'
import * as nzIrd from 'stdnum/lib/cjs/nz/ird.js'
import * as plNip from 'stdnum/lib/cjs/pl/nip.js'
import * as plRegon from 'stdnum/lib/cjs/pl/regon.js'
import * as ptNif from 'stdnum/lib/cjs/pt/nif.js'
import * as roCui from 'stdnum/lib/cjs/ro/cui.js'
import * as seOrgnr from 'stdnum/lib/cjs/se/orgnr.js'
import * as seVat from 'stdnum/lib/cjs/se/vat.js'
import * as sgUen from 'stdnum/lib/cjs/sg/uen.js'
import * as siDdv from 'stdnum/lib/cjs/si/ddv.js'
import * as skDph from 'stdnum/lib/cjs/sk/dph.js'
import * as trVkn from 'stdnum/lib/cjs/tr/vkn.js'
import * as usEin from 'stdnum/lib/cjs/us/ein.js'
import * as zaTin from 'stdnum/lib/cjs/za/tin.js'
import * as zaVat from 'stdnum/lib/cjs/za/vat.js'
import { form, frCompany, gbCompany, huTax, type NumberRule } from './number-rules'

/** What a merchant's register and its tax office call it by. Any of the rules will do. */
export type CountryRules = Readonly<{
  registration?: readonly NumberRule[]
  tax?: readonly NumberRule[]
}>

/**
 * Whose numbers can be checked, and by what: stdnum has the check digits. Left out are its rules
 * that refuse numbers in use. Each file by itself, since the whole of stdnum weighs as much as this
 * service.
 */
export const countryRules: Readonly<Record<string, CountryRules>> = {
  AT: { registration: [atBusinessid], tax: [atUid, atTin] },
  AU: { registration: [auAbn, auAcn], tax: [auAbn] },
  BE: { registration: [beVat], tax: [beVat] },
  BR: { registration: [brCnpj], tax: [brCnpj] },
  CA: { registration: [caBn], tax: [caGst, caBn] },
  CH: { registration: [chUid], tax: [chVat, chUid] },
  CN: { registration: [cnUscc], tax: [cnUscc] },
  CY: { tax: [cyVat] },
  CZ: { registration: [czIco], tax: [czDic] },
  DE: { tax: [deVat, deStnr] },
  DK: { registration: [dkCvr], tax: [dkCvr] },
  EE: { registration: [eeRegistrikood], tax: [eeKmkr] },
  ES: { registration: [esNif], tax: [esNif] },
  FI: { registration: [fiYtunnus], tax: [fiAlv] },
  FR: { registration: [frCompany], tax: [frTva] },
  GB: { registration: [gbCompany], tax: [gbVat] },
  GR: { tax: [grVat] },
  HR: { registration: [hrOib], tax: [hrOib] },
  HU: { registration: [form(/^\d{10}$/)], tax: [huTax] },
  IE: { registration: [form(/^\d{5,6}$/)], tax: [ieVat] },
  IL: { registration: [ilHp], tax: [ilHp] },
  IN: {
    registration: [form(/^[LUF]\d{5}[A-Z]{2}\d{4}[A-Z]{3}\d{6}$/), inGstin],
    tax: [inGstin, inPan],
  },
  IT: { registration: [itIva, itCodicefiscale], tax: [itIva, itCodicefiscale] },
  JP: { registration: [jpCn], tax: [jpCn] },
  KR: { registration: [krBrn], tax: [krBrn] },
  LT: { tax: [ltPvm] },
  LU: { registration: [form(/^[A-Z]\d{1,6}$/)], tax: [luTva] },
  LV: { registration: [lvPvn], tax: [lvPvn] },
  MT: { tax: [mtVat] },
  MX: { registration: [mxRfc], tax: [mxRfc] },
  NL: { registration: [form(/^\d{8}$/)], tax: [nlBtw] },
  NO: { registration: [noOrgnr], tax: [noMva, noOrgnr] },
  NZ: { tax: [nzIrd] },
  PL: { registration: [plRegon, form(/^0\d{9}$/), plNip], tax: [plNip] },
  PT: { registration: [ptNif], tax: [ptNif] },
  RO: { registration: [roCui], tax: [roCui] },
  SE: { registration: [seOrgnr], tax: [seVat] },
  SG: { registration: [sgUen], tax: [sgUen] },
  SI: { tax: [siDdv] },
  SK: { tax: [skDph] },
  TR: { registration: [trVkn], tax: [trVkn] },
  US: { registration: [usEin], tax: [usEin] },
  ZA: { tax: [zaVat, zaTin] },
}
