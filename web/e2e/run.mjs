// `npm run e2e`: every scenario in order, in one browser and against one server. The first sets the node up.
import { mkdirSync } from 'node:fs';
import { browse } from './browser.mjs';
import { serve } from './server.mjs';
import * as enter from './scenarios/enter.mjs';
import * as find from './scenarios/find.mjs';
import * as chart from './scenarios/chart.mjs';
import * as saved from './scenarios/saved.mjs';
import * as imports from './scenarios/import.mjs';
import * as people from './scenarios/people.mjs';
import * as keyboard from './scenarios/keyboard.mjs';
import * as who from './scenarios/who.mjs';
import * as emerging from './scenarios/emerging.mjs';
import * as money from './scenarios/money.mjs';
import * as aliases from './scenarios/aliases.mjs';
import * as agreements from './scenarios/agreements.mjs';
import * as wire from './scenarios/wire.mjs';
import * as phone from './scenarios/phone.mjs';
import * as accessible from './scenarios/accessible.mjs';

// In this order: some go on where the one before stopped.
const scenarios = [
  enter.setUp, enter.setUpWorksOnce, enter.signInAgain,
  find.searchDefanged, find.searchSuggests, find.searchFindsNothing, find.thingTellsWhoSaysWhat, find.thingIsExportedByKeyboard,
  find.searchIsExported, find.missingThingIs404,
  chart.chartOpensAndExpands, chart.chartUndoesEverything, chart.chartFindsAPath, chart.chartFiltersByKind,
  chart.chartBrushesTimeAndMap, chart.chartLaysOut, chart.chartCatchesWithALasso, chart.chartHidesAndPins,
  chart.chartSaysWhoDrewALine,
  saved.chartIsSavedAndReopened, saved.chartConflictLosesNothing, saved.chartIsExported, saved.selectionIsExported,
  saved.chartIsATableToo,
  imports.importIsTriedFirst, imports.importReportsRejects,
  people.peopleAreAddedAndRemoved, people.tokensOpenTheApi, people.sourcesAreSaidWhose, people.themeIsKept,
  keyboard.keyboardAlone,
  who.whoIsAskedAndDecided, money.moneyIsTracedInSentences, aliases.aliasesAreProposedAndDecided, emerging.emergingIsRankedWithReasons,
  agreements.emptyStateOffersTemplates, agreements.draftFromTemplate, agreements.draftConflictLosesNothing, agreements.draftIsComparedAndPreviewed,
  agreements.draftIsSigned, agreements.partnerIsInvitedAndSigns, agreements.agreementIsPrintable,
  wire.wireFillsLive, wire.partnerSeesWhatCameIn, wire.proofIsVerified, wire.referralIsDecided, agreements.agreementIsSuspendedAndResumed, wire.tokenOfAPartner,
  phone.phoneFits, accessible.accessibleInLight, accessible.accessibleInDark,
];
const wanted = process.argv.slice(2);
const PICTURES = 'test-results';

const server = await serve();
const browser = await browse(server.address);
const person = { name: 'ada', password: 'correct horse battery staple' };
let failed = 0;

for (const run of scenarios) {
  const { name } = run;
  const needed = run === enter.setUp;
  // Two nodes are needed, which only the true binary is.
  if (run.pair && !server.partner) {
    console.log(`skip  ${name}: set ENTENTE_BIN`);
    continue;
  }
  if (wanted.length && !wanted.includes(name) && !needed) continue;
  const started = performance.now();
  try {
    await run({ ...browser, server, person, world: server.world });
    if (browser.faults.length) throw new Error(`the page reported: ${browser.faults.join('; ')}`);
    console.log(`ok    ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    mkdirSync(PICTURES, { recursive: true });
    await browser.page.screenshot({ path: `${PICTURES}/${name}.png` }).catch(() => undefined);
    console.log(`FAIL  ${name}: ${error.stack ?? error}\n      picture: web/${PICTURES}/${name}.png, at ${browser.page.url()}${browser.faults.map((fault) => `\n      the page reported: ${fault}`).join('')}`);
    if (needed) break;
  }
  browser.faults.length = 0;
}

await browser.close();
await agreements.close();
await server.stop();
console.log(failed ? `${failed} failed` : 'all passed');
process.exitCode = failed ? 1 : 0;
