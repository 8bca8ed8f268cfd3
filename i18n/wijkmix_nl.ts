<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="nl_NL" sourcelanguage="en_GB">
<context>
    <name>WijkMix</name>
    <message>
        <source> ({low} to {high})</source>
        <translation> ({low} tot {high})</translation>
    </message>
    <message>
        <source>&amp;Field with the end date of each area</source>
        <translation>&amp;Veld met de einddatum van elk gebied</translation>
    </message>
    <message>
        <source>&amp;Layer with the designated areas</source>
        <translation>&amp;Laag met de aangewezen gebieden</translation>
    </message>
    <message>
        <source>(assumption: {name})</source>
        <translation>(aanname: {name})</translation>
    </message>
    <message>
        <source>(by the figure)</source>
        <translation>(door het cijfer)</translation>
    </message>
    <message>
        <source>(by the limit, which follows from the data)</source>
        <translation>(door de grens, die uit de gegevens volgt)</translation>
    </message>
    <message>
        <source>(by the threshold: {name}, assumption)</source>
        <translation>(door de drempel: {name}, aanname)</translation>
    </message>
    <message>
        <source>(choose)</source>
        <translation>(kies)</translation>
    </message>
    <message>
        <source>(none)</source>
        <translation>(geen)</translation>
    </message>
    <message>
        <source>, wait of {n} years</source>
        <translation>, wachttijd {n} jaar</translation>
    </message>
    <message>
        <source>0.1: at most a tenth of the dwellings of each unit.</source>
        <translation>0,1: hoogstens een tiende van de woningen van elke eenheid.</translation>
    </message>
    <message>
        <source>1. Add a layer of CBS buurten (polygons with the key figures).</source>
        <translation>1. Voeg een laag met CBS-buurten toe (vlakken met de kerncijfers).</translation>
    </message>
    <message>
        <source>2. Press Run scan above.</source>
        <translation>2. Klik hierboven op Scannen.</translation>
    </message>
    <message>
        <source>30%: of stock and of plan, apart</source>
        <translation>30%: van voorraad en van plan, apart</translation>
    </message>
    <message>
        <source>A CSV, workbook sheet or layer with the figures, where the polygons have none: StatLine or the KWB, as downloaded. What does not match is listed with the likely reason.</source>
        <translation>Een CSV, werkblad of laag met de cijfers, als de vlakken die niet hebben: StatLine of de KWB, zoals gedownload. Wat niet past, staat er met de waarschijnlijke reden bij.</translation>
    </message>
    <message>
        <source>A building of a corporation is uniform by construction, so against shuffled dwellings nearly every wijk stands out; whole buildings are the stricter test. With both fields below the other one is given beside it.</source>
        <translation>Een gebouw van een corporatie is vanzelf eenvormig, dus tegenover geschudde woningen valt bijna elke wijk op; hele panden zijn de strengere toets. Met beide velden hieronder staat de andere ernaast.</translation>
    </message>
    <message>
        <source>A building of a corporation is uniform by construction, so against shuffled dwellings nearly every wijk stands out; whole panden are the stricter test. It needs blocks as rows per building, with the fields blok and pand.</source>
        <translation>Een gebouw van een corporatie is vanzelf eenvormig, dus tegenover geschudde woningen valt bijna elke wijk op; hele panden schudden is de strengere toets. Daarvoor zijn blokken nodig als rijen per pand, met de velden blok en pand.</translation>
    </message>
    <message>
        <source>A buurt: choose one first</source>
        <translation>Een buurt: kies er eerst een</translation>
    </message>
    <message>
        <source>A cluster is labelled when q (or p) is at most this.</source>
        <translation>Een cluster krijgt een label als q (of p) hoogstens dit is.</translation>
    </message>
    <message>
        <source>A cluster is named where the FDR-adjusted p-value is at most this.</source>
        <translation>Een cluster krijgt een naam als de p-waarde na FDR-correctie hoogstens zo groot is.</translation>
    </message>
    <message>
        <source>A code of its own for every area.</source>
        <translation>Voor elk gebied een eigen code.</translation>
    </message>
    <message>
        <source>A field or expression on the second year. Unknown counts as not treated.</source>
        <translation>Een veld of expressie op het tweede jaar. Onbekend telt als niet behandeld.</translation>
    </message>
    <message>
        <source>A field or expression, for example NOT vulnerable. Unknown counts as no. Empty: everywhere.</source>
        <translation>Een veld of expressie, bijvoorbeeld NOT vulnerable. Onbekend telt als nee. Leeg: overal.</translation>
    </message>
    <message>
        <source>A field with numbers per unit. Unknown counts as none.</source>
        <translation>Een veld met aantallen per eenheid. Onbekend telt als geen.</translation>
    </message>
    <message>
        <source>A field with the code of the wijk or other parent area.</source>
        <translation>Een veld met de code van de wijk of een ander oudergebied.</translation>
    </message>
    <message>
        <source>A field with the dwellings of the group that are vacant or for which a new one has been delivered. No more than these leave the group, so nothing occupied is demolished before new is delivered. Unknown counts as none.</source>
        <translation>Een veld met de woningen van de groep die leegstaan of waarvoor een nieuwe is opgeleverd. Meer dan deze verlaten de groep niet, dus niets bewoonds verdwijnt voordat nieuw is opgeleverd. Onbekend telt als geen.</translation>
    </message>
    <message>
        <source>A flag says that a buurt may be worth studying. It is no advice and no judgement, and says nothing about the people who live there.</source>
        <translation>Een vlag zegt dat een buurt nader onderzoek waard kan zijn. Het is geen advies en geen oordeel, en zegt niets over de mensen die er wonen.</translation>
    </message>
    <message>
        <source>A layer of CBS buurten with the key figures (kerncijfers), as published in the GeoPackage or WFS.</source>
        <translation>Een laag met CBS-buurten met de kerncijfers, zoals gepubliceerd in het GeoPackage of de WFS.</translation>
    </message>
    <message>
        <source>A layer or table of CBS buurten as published.</source>
        <translation>Een laag of tabel met CBS-buurten zoals gepubliceerd.</translation>
    </message>
    <message>
        <source>A line that rises says that other tenures lie within that distance; a flat one, that a large area is much the same. H tells how much surroundings of that size differ from each other. At the edge of the layer surroundings miss what lies outside. The distances are an assumption.</source>
        <translation>Een lijn die stijgt, zegt dat er binnen die afstand andere eigendomsvormen liggen; een vlakke lijn, dat een groot gebied ongeveer gelijk is. H vertelt hoeveel omgevingen van die grootte van elkaar verschillen. Aan de rand van de laag missen omgevingen wat erbuiten ligt. De afstanden zijn een aanname.</translation>
    </message>
    <message>
        <source>A necessary condition is not met.</source>
        <translation>Aan een noodzakelijke voorwaarde is niet voldaan.</translation>
    </message>
    <message>
        <source>A report of the buurt, its wijk or the whole scan</source>
        <translation>Een rapport van de buurt, haar wijk of de hele scan</translation>
    </message>
    <message>
        <source>A table with from (code in the first year), to (code in the second) and weight (part of the dwellings, 0-1), for units that were redrawn. A field basis with the word area marks weights that are parts of the area.</source>
        <translation>Een tabel met from (code in het eerste jaar), to (code in het tweede) en weight (deel van de woningen, 0-1), voor eenheden die anders zijn ingedeeld. Een veld basis met het woord area merkt gewichten die delen van de oppervlakte zijn.</translation>
    </message>
    <message>
        <source>A text that was too long to keep went with the other project. It is in the log messages, tab WijkMix.</source>
        <translation>Een tekst die te lang was om te bewaren, hoorde bij het vorige project. Die staat in Logboekmeldingen, tabblad WijkMix.</translation>
    </message>
    <message>
        <source>About</source>
        <translation>Bron</translation>
    </message>
    <message>
        <source>Action in: {buurt}</source>
        <translation>Actie in: {buurt}</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>Actie</translation>
    </message>
    <message>
        <source>Actions (table)</source>
        <translation>Acties (tabel)</translation>
    </message>
    <message>
        <source>Actions of the scenario</source>
        <translation>Acties van het scenario</translation>
    </message>
    <message>
        <source>Actions</source>
        <translation>Acties</translation>
    </message>
    <message>
        <source>Add a polygon layer of CBS buurten to the project first, or download one.</source>
        <translation>Voeg eerst een vlakkenlaag met CBS-buurten toe aan het project, of haal er een op.</translation>
    </message>
    <message>
        <source>Add action</source>
        <translation>Actie toevoegen</translation>
    </message>
    <message>
        <source>Add indicators from own data</source>
        <translation>Indicatoren toevoegen uit eigen gegevens</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Toevoegen</translation>
    </message>
    <message>
        <source>Addresses (points)</source>
        <translation>Adressen (punten)</translation>
    </message>
    <message>
        <source>Adds chance by whole buildings; the block field is needed too.</source>
        <translation>Voegt toeval met hele panden toe; het blokveld is dan ook nodig.</translation>
    </message>
    <message>
        <source>Adds the indices of each area by itself, for example the gemeente code.</source>
        <translation>Voegt de indices van elk gebied apart toe, bijvoorbeeld op gemeentecode.</translation>
    </message>
    <message>
        <source>Adds two A4 sheets to the project: of the buurt, or an atlas of every buurt with a flag in the wijk or the scan</source>
        <translation>Voegt twee A4-bladen aan het project toe: van de buurt, of een atlas van elke buurt met een vlag in de wijk of de scan</translation>
    </message>
    <message>
        <source>After: lower bound, rounding</source>
        <translation>Na: ondergrens, afronding</translation>
    </message>
    <message>
        <source>After: upper bound, rounding</source>
        <translation>Na: bovengrens, afronding</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Na</translation>
    </message>
    <message>
        <source>Against pure chance (random allocation)</source>
        <translation>Tegen zuiver toeval (willekeurige verdeling)</translation>
    </message>
    <message>
        <source>All actors</source>
        <translation>Alle actoren</translation>
    </message>
    <message>
        <source>All buurten, per year</source>
        <translation>Alle buurten, per jaar</translation>
    </message>
    <message>
        <source>All buurten</source>
        <translation>Alle buurten</translation>
    </message>
    <message>
        <source>All conditions are met.</source>
        <translation>Aan alle voorwaarden is voldaan.</translation>
    </message>
    <message>
        <source>All domains</source>
        <translation>Alle domeinen</translation>
    </message>
    <message>
        <source>All dwellings of the unit, the group among them.</source>
        <translation>Alle woningen van de eenheid, de groep meegeteld.</translation>
    </message>
    <message>
        <source>All groups</source>
        <translation>Alle groepen</translation>
    </message>
    <message>
        <source>All options…</source>
        <translation>Alle opties…</translation>
    </message>
    <message>
        <source>All scales</source>
        <translation>Alle schaalniveaus</translation>
    </message>
    <message>
        <source>All units together</source>
        <translation>Alle eenheden samen</translation>
    </message>
    <message>
        <source>All {n} entries</source>
        <translation>Alle {n} onderdelen</translation>
    </message>
    <message>
        <source>Also a map of the blocks</source>
        <translation>Ook een kaart van de blokken</translation>
    </message>
    <message>
        <source>Always together with: {names}</source>
        <translation>Altijd samen met: {names}</translation>
    </message>
    <message>
        <source>An assumption of WijkMix: the sources give no limit. What is chosen is stored with the layer.</source>
        <translation>Een aanname van WijkMix: de bronnen geven geen grens. Wat gekozen is, wordt bij de laag bewaard.</translation>
    </message>
    <message>
        <source>Any layer with a number per unit.</source>
        <translation>Elke laag met een getal per eenheid.</translation>
    </message>
    <message>
        <source>Anything else</source>
        <translation>Overig</translation>
    </message>
    <message>
        <source>Appeared: {n}</source>
        <translation>Erbij: {n}</translation>
    </message>
    <message>
        <source>Area in square metres (field, for points)</source>
        <translation>Oppervlakte in vierkante meters (veld, voor punten)</translation>
    </message>
    <message>
        <source>Area minus as many nearest dwellings</source>
        <translation>Gebied min evenveel dichtstbijzijnde woningen</translation>
    </message>
    <message>
        <source>Area of each unit: field (or give a layer below)</source>
        <translation>Gebied van elke eenheid: veld (of geef hieronder een laag)</translation>
    </message>
    <message>
        <source>Area of the panden (m2)</source>
        <translation>Oppervlak van de panden (m2)</translation>
    </message>
    <message>
        <source>Area</source>
        <translation>Gebied</translation>
    </message>
    <message>
        <source>Areas (field)</source>
        <translation>Gebieden (veld)</translation>
    </message>
    <message>
        <source>Areas (polygons, or a table of codes)</source>
        <translation>Gebieden (vlakken, of een tabel met codes)</translation>
    </message>
    <message>
        <source>Areas are summed from units; the gap with this total is given for each.</source>
        <translation>Gebieden worden uit eenheden opgeteld; voor elk staat het verschil met dit totaal erbij.</translation>
    </message>
    <message>
        <source>Areas of the finest level, for example buurten</source>
        <translation>Gebieden van het fijnste niveau, bijvoorbeeld buurten</translation>
    </message>
    <message>
        <source>Areas with fewer are left empty; 1 shows every area.</source>
        <translation>Gebieden met minder blijven leeg; 1 toont elk gebied.</translation>
    </message>
    <message>
        <source>Areas, for example buurten (polygons)</source>
        <translation>Gebieden, bijvoorbeeld buurten (vlakken)</translation>
    </message>
    <message>
        <source>Around the blocks of this buurt</source>
        <translation>Rond de blokken van deze buurt</translation>
    </message>
    <message>
        <source>Around this buurt, of buurten</source>
        <translation>Rond deze buurt, uit buurten</translation>
    </message>
    <message>
        <source>Around {name}</source>
        <translation>Rond {name}</translation>
    </message>
    <message>
        <source>As an earlier run gave it. Where the stock has been edited since, the run says so.</source>
        <translation>Zoals een eerdere run die gaf. Is de voorraad sindsdien gewijzigd, dan wordt dat gemeld.</translation>
    </message>
    <message>
        <source>As it stood in {month}.</source>
        <translation>Stand {month}.</translation>
    </message>
    <message>
        <source>As many join the group elsewhere.</source>
        <translation>Evenveel komen er elders bij de groep.</translation>
    </message>
    <message>
        <source>As many, of other tenure</source>
        <translation>Evenveel, met ander eigendom</translation>
    </message>
    <message>
        <source>As recognised</source>
        <translation>Zoals herkend</translation>
    </message>
    <message>
        <source>As the first; polygons for clusters and for the ring. With a field stadsdeel the waterbed table also has the rest of the stadsdelen.</source>
        <translation>Als het eerste; vlakken voor clusters en voor de ring. Met een veld stadsdeel heeft de waterbedtabel ook de rest van de stadsdelen.</translation>
    </message>
    <message>
        <source>At least one of these:</source>
        <translation>Minstens één van deze:</translation>
    </message>
    <message>
        <source>At which scale is the mix?</source>
        <translation>Op welke schaal is het gemengd?</translation>
    </message>
    <message>
        <source>BAG panden.</source>
        <translation>BAG-panden.</translation>
    </message>
    <message>
        <source>Back to the shipped catalogue</source>
        <translation>Terug naar de meegeleverde catalogus</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Terug</translation>
    </message>
    <message>
        <source>Balance of losses and gains</source>
        <translation>Balans van verlies en winst</translation>
    </message>
    <message>
        <source>Bandwidth (m)</source>
        <translation>Bandbreedte (m)</translation>
    </message>
    <message>
        <source>Bandwidths in metres</source>
        <translation>Bandbreedten in meters</translation>
    </message>
    <message>
        <source>Base: field with the total</source>
        <translation>Basis: veld met het totaal</translation>
    </message>
    <message>
        <source>Before or after</source>
        <translation>Voor of na</translation>
    </message>
    <message>
        <source>Before: lower bound, rounding</source>
        <translation>Voor: ondergrens, afronding</translation>
    </message>
    <message>
        <source>Before: upper bound, rounding</source>
        <translation>Voor: bovengrens, afronding</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Voor</translation>
    </message>
    <message>
        <source>Belonging to no flag ({n})</source>
        <translation>Horend bij geen vlag ({n})</translation>
    </message>
    <message>
        <source>Below {high}</source>
        <translation>Onder {high}</translation>
    </message>
    <message>
        <source>Benefit</source>
        <translation>Voordeel</translation>
    </message>
    <message>
        <source>Between the two</source>
        <translation>Tussenvorm</translation>
    </message>
    <message>
        <source>Block (face between streets)</source>
        <translation>Blok (vlak tussen straten)</translation>
    </message>
    <message>
        <source>Block layer used</source>
        <translation>Blokkenlaag gebruikt</translation>
    </message>
    <message>
        <source>Block: rows with the same value are one block</source>
        <translation>Blok: rijen met dezelfde waarde zijn één blok</translation>
    </message>
    <message>
        <source>Blocks (faces between streets, a proxy)</source>
        <translation>Blokken (vlakken tussen straten, een benadering)</translation>
    </message>
    <message>
        <source>Blocks (optional)</source>
        <translation>Blokken (optioneel)</translation>
    </message>
    <message>
        <source>Blocks and their surroundings (distance: see Styles)</source>
        <translation>Blokken en hun omgeving (afstand kiezen bij Stijlen)</translation>
    </message>
    <message>
        <source>Blocks and their surroundings</source>
        <translation>Blokken en hun omgeving</translation>
    </message>
    <message>
        <source>Blocks with tenure counts</source>
        <translation>Blokken met aantallen per eigendomsvorm</translation>
    </message>
    <message>
        <source>Blocks within {radius} m</source>
        <translation>Blokken binnen {radius} m</translation>
    </message>
    <message>
        <source>Blocks</source>
        <translation>Blokken</translation>
    </message>
    <message>
        <source>Bootstrap fills low and high, but not for indices of land, neighbours and surroundings, nor for the bias-corrected D. Random allocation deals all people over the units, whose land, neighbours and surroundings stay, and fills expected, z and p (two-sided) of every index; a whole country with five bandwidths takes about a minute. The bounds fill low and high for counts that were made from whole percentages, or that were rounded to multiples of five, as CBS publishes them.</source>
        <translation>Bootstrap vult low en high, maar niet voor indices van grond, buren en omgeving, en niet voor de gecorrigeerde D. Willekeurige verdeling verdeelt iedereen opnieuw over de eenheden, waarvan grond, buren en omgeving blijven, en vult expected, z en p (tweezijdig) van elke index; een heel land met vijf bandbreedtes duurt ongeveer een minuut. De grenzen vullen low en high voor aantallen die uit hele percentages zijn gemaakt, of die op vijftallen zijn afgerond, zoals het CBS ze publiceert.</translation>
    </message>
    <message>
        <source>Bootstrap interval (95%)</source>
        <translation>Bootstrapinterval (95%)</translation>
    </message>
    <message>
        <source>Borders no further apart than this count as shared. Useful where borders were simplified apart from each other, such as between gemeenten.</source>
        <translation>Grenzen die niet verder uiteen liggen dan dit tellen als gedeeld. Nuttig waar grenzen los van elkaar zijn vereenvoudigd, zoals tussen gemeenten.</translation>
    </message>
    <message>
        <source>Bounds for counts rounded to fives</source>
        <translation>Grenzen voor aantallen in vijftallen</translation>
    </message>
    <message>
        <source>Bounds for rounded percentages</source>
        <translation>Grenzen bij afgeronde percentages</translation>
    </message>
    <message>
        <source>Build blocks from streets and panden</source>
        <translation>Blokken maken uit straten en panden</translation>
    </message>
    <message>
        <source>Build year (field)</source>
        <translation>Bouwjaar (veld)</translation>
    </message>
    <message>
        <source>Building (pand): rows with the same value are one building</source>
        <translation>Pand: rijen met dezelfde waarde zijn één pand</translation>
    </message>
    <message>
        <source>Burden</source>
        <translation>Last</translation>
    </message>
    <message>
        <source>Buurt of the action</source>
        <translation>Buurt van de actie</translation>
    </message>
    <message>
        <source>Buurt of the gain</source>
        <translation>Buurt van de winst</translation>
    </message>
    <message>
        <source>Buurt of the loss</source>
        <translation>Buurt van het verlies</translation>
    </message>
    <message>
        <source>Buurt {name}</source>
        <translation>Buurt {name}</translation>
    </message>
    <message>
        <source>Buurt, by name or code</source>
        <translation>Buurt, op naam of code</translation>
    </message>
    <message>
        <source>Buurt</source>
        <translation>Buurt</translation>
    </message>
    <message>
        <source>Buurten (polygons or table)</source>
        <translation>Buurten (vlakken of tabel)</translation>
    </message>
    <message>
        <source>Buurten with a building capacity</source>
        <translation>Buurten met een bouwcapaciteit</translation>
    </message>
    <message>
        <source>Buurten with a share of early post-war dwellings</source>
        <translation>Buurten met een aandeel woningen 1945-1975</translation>
    </message>
    <message>
        <source>Buurten with a share of poor labels</source>
        <translation>Buurten met een aandeel slechte energielabels</translation>
    </message>
    <message>
        <source>Buurten with actions, per year</source>
        <translation>Buurten met acties, per jaar</translation>
    </message>
    <message>
        <source>Buurten with actions</source>
        <translation>Buurten met acties</translation>
    </message>
    <message>
        <source>Buurten with fewer get no share.</source>
        <translation>Buurten met minder krijgen geen aandeel.</translation>
    </message>
    <message>
        <source>Buurten with figures</source>
        <translation>Buurten met cijfers</translation>
    </message>
    <message>
        <source>Buurten with indicators</source>
        <translation>Buurten met indicatoren</translation>
    </message>
    <message>
        <source>Buurten with mix, clusters and flags</source>
        <translation>Buurten met menging, clusters en vlaggen</translation>
    </message>
    <message>
        <source>Buurten with own indicators</source>
        <translation>Buurten met eigen indicatoren</translation>
    </message>
    <message>
        <source>Buurten with scores of the Leefbaarometer</source>
        <translation>Buurten met scores van de Leefbaarometer</translation>
    </message>
    <message>
        <source>Buurten with shares of land</source>
        <translation>Buurten met aandelen van de grond</translation>
    </message>
    <message>
        <source>Buurten with usable figures</source>
        <translation>Buurten met bruikbare cijfers</translation>
    </message>
    <message>
        <source>Buurten within {radius} m</source>
        <translation>Buurten binnen {radius} m</translation>
    </message>
    <message>
        <source>Buurten, blocks or polygons of your own.</source>
        <translation>Buurten, blokken of eigen vlakken.</translation>
    </message>
    <message>
        <source>Buurten</source>
        <translation>Buurten</translation>
    </message>
    <message>
        <source>By whom, against what</source>
        <translation>Door wie, waarmee vergeleken</translation>
    </message>
    <message>
        <source>CBS buurten (polygon layer)</source>
        <translation>CBS-buurten (vlakkenlaag)</translation>
    </message>
    <message>
        <source>CBS buurten (polygons)</source>
        <translation>CBS-buurten (vlakken)</translation>
    </message>
    <message>
        <source>CBS buurten as published, as prepared, or with a scan. For the Leefbaarometer alone a table will do.</source>
        <translation>CBS-buurten zoals gepubliceerd, zoals voorbereid, of met een scan. Voor alleen de Leefbaarometer volstaat een tabel.</translation>
    </message>
    <message>
        <source>CBS buurten as published, or as prepared.</source>
        <translation>CBS-buurten zoals gepubliceerd, of voorbereid.</translation>
    </message>
    <message>
        <source>Candidate flags</source>
        <translation>Kandidaatvlaggen</translation>
    </message>
    <message>
        <source>Candidate for further study</source>
        <translation>Kandidaat voor nader onderzoek</translation>
    </message>
    <message>
        <source>Candidate for study: densification</source>
        <translation>Kandidaat voor onderzoek: verdichting</translation>
    </message>
    <message>
        <source>Candidate for study: land acquisition</source>
        <translation>Kandidaat voor onderzoek: grondverwerving</translation>
    </message>
    <message>
        <source>Candidate for study: restructuring</source>
        <translation>Kandidaat voor onderzoek: herstructurering</translation>
    </message>
    <message>
        <source>Candidates: densification</source>
        <translation>Kandidaten: verdichting</translation>
    </message>
    <message>
        <source>Candidates: land acquisition</source>
        <translation>Kandidaten: grondverwerving</translation>
    </message>
    <message>
        <source>Candidates: restructuring</source>
        <translation>Kandidaten: herstructurering</translation>
    </message>
    <message>
        <source>Canonical buurten</source>
        <translation>Voorbereide buurten</translation>
    </message>
    <message>
        <source>Capacity: most dwellings of the group to add</source>
        <translation>Capaciteit: hoogste aantal woningen van de groep erbij</translation>
    </message>
    <message>
        <source>Catalogue version</source>
        <translation>Versie van de catalogus</translation>
    </message>
    <message>
        <source>Caveats</source>
        <translation>Kanttekeningen</translation>
    </message>
    <message>
        <source>Certainty</source>
        <translation>Zekerheid</translation>
    </message>
    <message>
        <source>Chance that two differ (0-1)</source>
        <translation>Kans dat twee verschillen (0-1)</translation>
    </message>
    <message>
        <source>Chance: shuffle</source>
        <translation>Toeval: schudden van</translation>
    </message>
    <message>
        <source>Change in dwellings: {group}</source>
        <translation>Verandering in woningen: {group}</translation>
    </message>
    <message>
        <source>Change in {group} (lower bound, not a plan)</source>
        <translation>Verandering in {group} (ondergrens, geen plan)</translation>
    </message>
    <message>
        <source>Change of indices</source>
        <translation>Verandering van indices</translation>
    </message>
    <message>
        <source>Change of the share (points): {group}</source>
        <translation>Verandering van het aandeel (punten): {group}</translation>
    </message>
    <message>
        <source>Change per unit</source>
        <translation>Verandering per eenheid</translation>
    </message>
    <message>
        <source>Change: corporation dwellings</source>
        <translation>Verandering: corporatiewoningen</translation>
    </message>
    <message>
        <source>Change: dwellings</source>
        <translation>Verandering: woningen</translation>
    </message>
    <message>
        <source>Change: lower end (95%, with rounding)</source>
        <translation>Verandering: ondergrens (95%, met afronding)</translation>
    </message>
    <message>
        <source>Change: other rental dwellings</source>
        <translation>Verandering: overige huurwoningen</translation>
    </message>
    <message>
        <source>Change: owner-occupied dwellings</source>
        <translation>Verandering: koopwoningen</translation>
    </message>
    <message>
        <source>Change: rented dwellings</source>
        <translation>Verandering: huurwoningen</translation>
    </message>
    <message>
        <source>Change: share corporation (points)</source>
        <translation>Verandering: aandeel corporatie (procentpunten)</translation>
    </message>
    <message>
        <source>Change: share other rental (points)</source>
        <translation>Verandering: aandeel overige huur (procentpunten)</translation>
    </message>
    <message>
        <source>Change: share owner-occupied (points)</source>
        <translation>Verandering: aandeel koop (procentpunten)</translation>
    </message>
    <message>
        <source>Change: share rental (points)</source>
        <translation>Verandering: aandeel huur (procentpunten)</translation>
    </message>
    <message>
        <source>Change: upper end (95%, with rounding)</source>
        <translation>Verandering: bovengrens (95%, met afronding)</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Verandering</translation>
    </message>
    <message>
        <source>Changed stock</source>
        <translation>Gewijzigde voorraad</translation>
    </message>
    <message>
        <source>Checked on {day}</source>
        <translation>Gecheckt op {day}</translation>
    </message>
    <message>
        <source>Choose a buurt above or on the map.</source>
        <translation>Kies hierboven of op de kaart een buurt.</translation>
    </message>
    <message>
        <source>Choose a buurt: type its name or code above, or click it on the map.</source>
        <translation>Kies een buurt: typ hierboven de naam of code, of klik erop in de kaart.</translation>
    </message>
    <message>
        <source>Choose a column for: {role}.</source>
        <translation>Kies een kolom voor: {role}.</translation>
    </message>
    <message>
        <source>Choose a group, or type one of your own</source>
        <translation>Kies een groep of typ een eigen groep</translation>
    </message>
    <message>
        <source>Choose the input layer first.</source>
        <translation>Kies eerst de invoerlaag.</translation>
    </message>
    <message>
        <source>Chosen instruments</source>
        <translation>Gekozen instrumenten</translation>
    </message>
    <message>
        <source>Class of area</source>
        <translation>Soort gebied</translation>
    </message>
    <message>
        <source>Class of owner (field)</source>
        <translation>Klasse van de eigenaar (veld)</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>Klasse</translation>
    </message>
    <message>
        <source>Classes are gemeente, corporatie, markt, particulier, overig and onbekend. Take a field with a class, not with names of people.</source>
        <translation>De klassen zijn gemeente, corporatie, markt, particulier, overig en onbekend. Neem een veld met een klasse, niet met namen van personen.</translation>
    </message>
    <message>
        <source>Click a buurt on the map</source>
        <translation>Klik een buurt aan op de kaart</translation>
    </message>
    <message>
        <source>Click a unit of this layer on the map</source>
        <translation>Klik een eenheid van deze laag aan op de kaart</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Deze melding sluiten</translation>
    </message>
    <message>
        <source>Clusters</source>
        <translation>Clusters</translation>
    </message>
    <message>
        <source>Code in the first year</source>
        <translation>Code in het eerste jaar</translation>
    </message>
    <message>
        <source>Code in the list of dwellings (field)</source>
        <translation>Code in het woningbestand (veld)</translation>
    </message>
    <message>
        <source>Code in the second year</source>
        <translation>Code in het tweede jaar</translation>
    </message>
    <message>
        <source>Code of the address (field)</source>
        <translation>Code van het adres (veld)</translation>
    </message>
    <message>
        <source>Code of the area (field)</source>
        <translation>Code van het gebied (veld)</translation>
    </message>
    <message>
        <source>Code of the buurt in the Leefbaarometer (field)</source>
        <translation>Code van de buurt in de Leefbaarometer (veld)</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>Code</translation>
    </message>
    <message>
        <source>Columns unit (buurt code), year, action, segment, n and occupied (yes, no or empty). The segment of verkoop, inponden and aankoop is that of the dwellings before.</source>
        <translation>Kolommen unit (buurtcode), year, action, segment, n en occupied (ja, nee of leeg). Het segment van verkoop, inponden en aankoop is dat van de woningen ervoor.</translation>
    </message>
    <message>
        <source>Columns: as recognised ({n} roles).</source>
        <translation>Kolommen: zoals herkend ({n} rollen).</translation>
    </message>
    <message>
        <source>Columns: choose between two for {roles}.</source>
        <translation>Kolommen: kies tussen twee voor {roles}.</translation>
    </message>
    <message>
        <source>Columns: not recognised; choose them.</source>
        <translation>Kolommen: niet herkend; kies ze.</translation>
    </message>
    <message>
        <source>Columns: your choice for {roles}.</source>
        <translation>Kolommen: eigen keuze voor {roles}.</translation>
    </message>
    <message>
        <source>Columns…</source>
        <translation>Kolommen…</translation>
    </message>
    <message>
        <source>Compare each buurt with</source>
        <translation>Elke buurt vergelijken met</translation>
    </message>
    <message>
        <source>Compare two years</source>
        <translation>Twee jaren vergelijken</translation>
    </message>
    <message>
        <source>Compare with</source>
        <translation>Vergelijken met</translation>
    </message>
    <message>
        <source>Compared with {area}</source>
        <translation>Vergeleken met {area}</translation>
    </message>
    <message>
        <source>Compared with</source>
        <translation>Vergeleken met</translation>
    </message>
    <message>
        <source>Compares the field of each unit with this field of its neighbours (bivariate).</source>
        <translation>Vergelijkt het veld van elke eenheid met dit veld van haar buren (bivariaat).</translation>
    </message>
    <message>
        <source>Compares two years of the same buurten, as Prepare buurten writes them: the change of every unit with an interval for small numbers and rounded percentages, clusters of change, the change of every index with the part that composition alone explains, and the waterbed table: the treated areas, the ring around them, the rest of their wijken (and stadsdelen) and the rest, adding up to the change of the whole. The tables count; they say nothing of what caused what. Units with other boundaries need a crosswalk; without one their codes are named and nothing is compared.</source>
        <translation>Vergelijkt twee jaren van dezelfde buurten, zoals Buurten voorbereiden ze schrijft: de verandering van elke eenheid met een interval voor kleine aantallen en afgeronde percentages, clusters van verandering, de verandering van elke index met het deel dat de samenstelling alleen verklaart, en de waterbedtabel: de behandelde gebieden, de ring eromheen, de rest van hun wijken (en stadsdelen) en de rest, samen de verandering van het geheel. De tabellen tellen; ze zeggen niets over oorzaken. Eenheden met andere grenzen vragen een omzettabel; zonder worden hun codes genoemd en wordt er niets vergeleken.</translation>
    </message>
    <message>
        <source>Complex (field)</source>
        <translation>Complex (veld)</translation>
    </message>
    <message>
        <source>Complexes that lie in several areas are reported.</source>
        <translation>Complexen die in meer gebieden liggen, worden gemeld.</translation>
    </message>
    <message>
        <source>Computes how unevenly groups are spread over units: dissimilarity, Gini, Theil&apos;s H, isolation and many others, for all units together and for each area by itself; each group against the rest and against each other group, and all groups at once. Polygons add the indices of land and of neighbours; bandwidths in metres add the indices of surroundings (Reardon and O&apos;Sullivan 2004). Choose what to know of the certainty: an interval, what pure chance would give for units of this size, or what rounded figures leave open. Two of the areas can be compared: the difference of each index that has a bootstrap interval, and what part of it composition and unevenness explain. A value that cannot be is empty, and the note says why. The formulas and their sources are in docs/methods.md.</source>
        <translation>Berekent hoe ongelijk groepen over eenheden zijn verdeeld: dissimilariteit, Gini, Theils H, isolatie en vele andere, voor alle eenheden samen en per gebied; elke groep tegen de rest en tegen elke andere groep, en alle groepen tegelijk. Vlakken voegen de indices van grond en van buren toe; bandbreedten in meters die van de omgeving (Reardon en O'Sullivan 2004). Kies wat u over de zekerheid wilt weten: een interval, wat zuiver toeval voor eenheden van deze omvang zou geven, of wat afgeronde cijfers openlaten. Twee van de gebieden kunnen worden vergeleken: het verschil van elke index met een bootstrapinterval, en welk deel samenstelling en ongelijkheid verklaren. Een waarde die niet bestaat is leeg, en de opmerking zegt waarom. De formules en hun bronnen staan in docs/methods.md.</translation>
    </message>
    <message>
        <source>Condition: {limit}</source>
        <translation>Voorwaarde: {limit}</translation>
    </message>
    <message>
        <source>Conditions of the flags (JSON)</source>
        <translation>Voorwaarden van de vlaggen (JSON)</translation>
    </message>
    <message>
        <source>Conditions that flipped</source>
        <translation>Voorwaarden die omsloegen</translation>
    </message>
    <message>
        <source>Conditions, with value and threshold</source>
        <translation>Voorwaarden, met waarde en drempel</translation>
    </message>
    <message>
        <source>Contrast at borders (0 alike, 1 opposite)</source>
        <translation>Contrast aan grenzen (0 gelijk, 1 tegengesteld)</translation>
    </message>
    <message>
        <source>Contrast at borders between blocks (0-1)</source>
        <translation>Contrast op grenzen tussen blokken (0-1)</translation>
    </message>
    <message>
        <source>Coordinate system</source>
        <translation>Coördinatenstelsel</translation>
    </message>
    <message>
        <source>Corporation rental {limit}% or more</source>
        <translation>Corporatiehuur {limit}% of meer</translation>
    </message>
    <message>
        <source>Corporation rental</source>
        <translation>Corporatiehuur</translation>
    </message>
    <message>
        <source>Correction for many tests</source>
        <translation>Correctie voor veel toetsen</translation>
    </message>
    <message>
        <source>Count dwellings per area</source>
        <translation>Woningen tellen per gebied</translation>
    </message>
    <message>
        <source>Counts made from percentages are fractions; changes can be.</source>
        <translation>Aantallen uit percentages zijn geen hele getallen; veranderingen kunnen dat wel zijn.</translation>
    </message>
    <message>
        <source>Counts your own list of dwellings per tenure and per buurt, block or own polygon. A dwelling is placed by its point, by the code of its area, or by the code of its BAG address where you give the addresses as well. What is not counted is listed with the reason. Only the fields that you choose are read: columns about persons are in no output. Areas with fewer dwellings than the minimum are not shown, nor what they could be worked out from.</source>
        <translation>Telt uw eigen woningbestand per eigendomsvorm en per buurt, blok of eigen vlak. Een woning krijgt haar plaats door haar punt, door de code van haar gebied, of door de code van haar BAG-adres als u ook de adressen geeft. Wat niet meetelt, staat in een lijst met de reden. Alleen de velden die u kiest, worden gelezen: kolommen over personen staan in geen enkele uitvoer. Gebieden met minder woningen dan het minimum worden niet getoond, en ook niet waaruit ze zijn af te leiden.</translation>
    </message>
    <message>
        <source>Crosswalk</source>
        <translation>Omzettabel</translation>
    </message>
    <message>
        <source>D sets {first} against {second}, H all classes. From coarse to fine D never falls, for it counts the same dwellings; where it rises, the difference lies inside the coarser units.</source>
        <translation>D zet {first} tegenover {second}, H alle klassen. Van grof naar fijn daalt D nooit, want de niveaus tellen dezelfde woningen; waar D stijgt, ligt het verschil binnen de grovere eenheden.</translation>
    </message>
    <message>
        <source>Data for the defining conditions are missing.</source>
        <translation>Gegevens voor de bepalende voorwaarden ontbreken.</translation>
    </message>
    <message>
        <source>Date of the land data</source>
        <translation>Datum van de grondgegevens</translation>
    </message>
    <message>
        <source>Date of the run</source>
        <translation>Datum van de scan</translation>
    </message>
    <message>
        <source>Densification stays in so many variants of the thresholds</source>
        <translation>Verdichting blijft in zoveel varianten van de drempels</translation>
    </message>
    <message>
        <source>Densification: candidates for study</source>
        <translation>Verdichting: kandidaten voor onderzoek</translation>
    </message>
    <message>
        <source>Describes every unit against its reference area: location quotients (1 = as the area), entropy and diversity, the chance that two dwellings of the unit differ (simpson), how far its composition is from that of the area (local_divergence), and its part of the dissimilarity of each group (the parts of an area add up to D). All fields of the input stay. Diversity says how mixed a unit is, not whether that is good.</source>
        <translation>Beschrijft elke eenheid ten opzichte van haar referentiegebied: locatiequotiënten (1 = als het gebied), entropie en diversiteit, de kans dat twee woningen van de eenheid verschillen (simpson), hoe ver de samenstelling van die van het gebied ligt (local_divergence), en haar deel van de dissimilariteit van elke groep (de delen van een gebied tellen op tot D). Alle velden van de invoer blijven. Diversiteit zegt hoe gemengd een eenheid is, niet of dat goed is.</translation>
    </message>
    <message>
        <source>Describes the mix around every unit without administrative borders: of all dwellings within distances, and of the nearest numbers of dwellings. All dwellings at the last distance count. The fields mixed_from_r and mixed_from_k hold the first scale at which no class holds 80 per cent. The profile sets Theil&apos;s H and dissimilarity of those surroundings against the scale. Of a polygon a point inside it counts. Near the edge of the input, surroundings miss what lies outside. With administrative areas it also says what their borders hide: the mix of the area of a unit against that of as many nearest dwellings around it.</source>
        <translation>Beschrijft de menging rond elke eenheid zonder bestuurlijke grenzen: van alle woningen binnen afstanden, en van de dichtstbijzijnde aantallen woningen. Alle woningen op de laatste afstand tellen mee. De velden mixed_from_r en mixed_from_k bevatten de eerste schaal waarop geen klasse 80 procent heeft. Het profiel zet Theils H en de dissimilariteit van die omgevingen uit tegen de schaal. Van een vlak telt een punt binnenin. Bij de rand van de invoer mist de omgeving wat erbuiten ligt. Met bestuurlijke gebieden staat er ook wat hun grenzen verbergen: de menging van het gebied van een eenheid tegenover die van evenveel dichtstbijzijnde woningen eromheen.</translation>
    </message>
    <message>
        <source>Designated area (Wbmgp), in force</source>
        <translation>Aangewezen gebied (Wbmgp), van kracht</translation>
    </message>
    <message>
        <source>Designated areas (Wbmgp)</source>
        <translation>Aangewezen gebieden (Wbmgp)</translation>
    </message>
    <message>
        <source>Designated areas (Wbmgp)…</source>
        <translation>Aangewezen gebieden (Wbmgp)…</translation>
    </message>
    <message>
        <source>Difference between two areas</source>
        <translation>Verschil tussen twee gebieden</translation>
    </message>
    <message>
        <source>Differences between two scans</source>
        <translation>Verschillen tussen twee scans</translation>
    </message>
    <message>
        <source>Differences</source>
        <translation>Verschillen</translation>
    </message>
    <message>
        <source>Differing goals</source>
        <translation>Verschillende doelen</translation>
    </message>
    <message>
        <source>Directed: one tail, as GeoDa and esda report</source>
        <translation>Gericht (eenzijdig), zoals GeoDa en esda rapporteren</translation>
    </message>
    <message>
        <source>Direction</source>
        <translation>Richting</translation>
    </message>
    <message>
        <source>Dissimilarity after</source>
        <translation>Dissimilariteit erna</translation>
    </message>
    <message>
        <source>Dissimilarity before</source>
        <translation>Dissimilariteit ervoor</translation>
    </message>
    <message>
        <source>Dissimilarity of all groups</source>
        <translation>Dissimilariteit van alle groepen</translation>
    </message>
    <message>
        <source>Dissimilarity of surroundings (all groups)</source>
        <translation>Dissimilariteit van omgevingen (alle groepen)</translation>
    </message>
    <message>
        <source>Dissimilarity of surroundings</source>
        <translation>Dissimilariteit van omgevingen</translation>
    </message>
    <message>
        <source>Dissimilarity of two groups</source>
        <translation>Dissimilariteit van twee groepen</translation>
    </message>
    <message>
        <source>Dissimilarity to reach (0-1)</source>
        <translation>Te bereiken dissimilariteit (0-1)</translation>
    </message>
    <message>
        <source>Distance in metres</source>
        <translation>Afstand in meters</translation>
    </message>
    <message>
        <source>Distance profile</source>
        <translation>Afstandsprofiel</translation>
    </message>
    <message>
        <source>Distance to what comes back (km; mean)</source>
        <translation>Afstand tot wat terugkomt (km; gemiddeld)</translation>
    </message>
    <message>
        <source>Distances run between the centres of the units.</source>
        <translation>Afstanden lopen tussen de middelpunten van de eenheden.</translation>
    </message>
    <message>
        <source>Distances, with commas between.</source>
        <translation>Afstanden, met komma's ertussen.</translation>
    </message>
    <message>
        <source>Diversity (0 one class, 1 all equal)</source>
        <translation>Diversiteit (0 één vorm, 1 alle gelijk)</translation>
    </message>
    <message>
        <source>Diversity (0-1)</source>
        <translation>Diversiteit (0-1)</translation>
    </message>
    <message>
        <source>Diversity against distance</source>
        <translation>Diversiteit tegen afstand</translation>
    </message>
    <message>
        <source>Diversity between blocks inside buurten</source>
        <translation>Diversiteit tussen blokken binnen buurten</translation>
    </message>
    <message>
        <source>Diversity between buurten inside the wijk</source>
        <translation>Diversiteit tussen buurten binnen de wijk</translation>
    </message>
    <message>
        <source>Diversity inside the block (0-1)</source>
        <translation>Diversiteit binnen het blok (0-1)</translation>
    </message>
    <message>
        <source>Diversity inside the finest units</source>
        <translation>Diversiteit binnen de fijnste eenheden</translation>
    </message>
    <message>
        <source>Diversity of as many nearest dwellings (0-1)</source>
        <translation>Diversiteit van evenveel dichtstbijzijnde woningen (0-1)</translation>
    </message>
    <message>
        <source>Diversity of the unit&apos;s area (0-1)</source>
        <translation>Diversiteit van het gebied van de eenheid (0-1)</translation>
    </message>
    <message>
        <source>Diversity of the wijk (0-1)</source>
        <translation>Diversiteit van de wijk (0-1)</translation>
    </message>
    <message>
        <source>Diversity of the {scale} nearest dwellings (0-1)</source>
        <translation>Diversiteit van de {scale} dichtstbijzijnde woningen (0-1)</translation>
    </message>
    <message>
        <source>Diversity that this level adds (nats)</source>
        <translation>Diversiteit die dit niveau toevoegt (nats)</translation>
    </message>
    <message>
        <source>Diversity within {radius} m minus that inside the block</source>
        <translation>Diversiteit binnen {radius} m min die binnen het blok</translation>
    </message>
    <message>
        <source>Diversity within {scale} m (0-1)</source>
        <translation>Diversiteit binnen {scale} m (0-1)</translation>
    </message>
    <message>
        <source>Diversity</source>
        <translation>Diversiteit</translation>
    </message>
    <message>
        <source>Domain</source>
        <translation>Domein</translation>
    </message>
    <message>
        <source>Domains of the chosen measures per unit (JSON)</source>
        <translation>Domeinen van de gekozen maatregelen per eenheid (JSON)</translation>
    </message>
    <message>
        <source>Dominant tenure from share (assumption)</source>
        <translation>Overheersende eigendomsvorm vanaf aandeel (aanname)</translation>
    </message>
    <message>
        <source>Download CBS buurten (PDOK)</source>
        <translation>CBS-buurten ophalen (PDOK)</translation>
    </message>
    <message>
        <source>Download from PDOK…</source>
        <translation>Ophalen bij PDOK…</translation>
    </message>
    <message>
        <source>Downloaded areas</source>
        <translation>Opgehaalde gebieden</translation>
    </message>
    <message>
        <source>Drag over points to select them on the map (Shift adds, Ctrl takes away). Click a point, or use the arrow keys, to pick a buurt.</source>
        <translation>Sleep over punten om ze op de kaart te selecteren (Shift voegt toe, Ctrl haalt weg). Klik op een punt, of gebruik de pijltjestoetsen, om een buurt te kiezen.</translation>
    </message>
    <message>
        <source>Dwellings (points or table)</source>
        <translation>Woningen (punten of tabel)</translation>
    </message>
    <message>
        <source>Dwellings (points)</source>
        <translation>Woningen (punten)</translation>
    </message>
    <message>
        <source>Dwellings counted</source>
        <translation>Getelde woningen</translation>
    </message>
    <message>
        <source>Dwellings in blocks where no tenure holds {share}</source>
        <translation>Woningen in blokken waar geen eigendomsvorm {share} haalt</translation>
    </message>
    <message>
        <source>Dwellings in blocks without dominant tenure</source>
        <translation>Woningen in blokken zonder overheersende eigendomsvorm</translation>
    </message>
    <message>
        <source>Dwellings in the blocks that count</source>
        <translation>Woningen in de blokken die meetellen</translation>
    </message>
    <message>
        <source>Dwellings in the plan (field)</source>
        <translation>Woningen in het plan (veld)</translation>
    </message>
    <message>
        <source>Dwellings not counted</source>
        <translation>Niet getelde woningen</translation>
    </message>
    <message>
        <source>Dwellings of the group per unit, for example n_corp.</source>
        <translation>Woningen van de groep per eenheid, bijvoorbeeld n_corp.</translation>
    </message>
    <message>
        <source>Dwellings of the group that are released</source>
        <translation>Woningen van de groep die vrij zijn</translation>
    </message>
    <message>
        <source>Dwellings per area</source>
        <translation>Woningen per gebied</translation>
    </message>
    <message>
        <source>Dwellings per tenure class. Empty: n_koop, n_corp and n_overig; n_koop and n_huur; or the columns of CBS squares as published, as owner-occupied and rental.</source>
        <translation>Woningen per eigendomsklasse. Leeg: n_koop, n_corp en n_overig; n_koop en n_huur; of de kolommen van CBS-vierkanten zoals gepubliceerd, als koop en huur.</translation>
    </message>
    <message>
        <source>Dwellings that leave the group</source>
        <translation>Woningen die de groep verlaten</translation>
    </message>
    <message>
        <source>Dwellings with a known build year</source>
        <translation>Woningen met bekend bouwjaar</translation>
    </message>
    <message>
        <source>Dwellings with an energy label</source>
        <translation>Woningen met een energielabel</translation>
    </message>
    <message>
        <source>Dwellings with build year or label (points)</source>
        <translation>Woningen met bouwjaar of label (punten)</translation>
    </message>
    <message>
        <source>Dwellings without a known build year</source>
        <translation>Woningen zonder bekend bouwjaar</translation>
    </message>
    <message>
        <source>Dwellings without an energy label</source>
        <translation>Woningen zonder energielabel</translation>
    </message>
    <message>
        <source>Dwellings: points with counts</source>
        <translation>Woningen: punten met aantallen</translation>
    </message>
    <message>
        <source>Dwellings</source>
        <translation>Woningen</translation>
    </message>
    <message>
        <source>Each keeps its own name, behind lbm and the year: lbm2022_fys.</source>
        <translation>Elke score houdt haar eigen naam, met lbm en het jaar ervoor: lbm2022_fys.</translation>
    </message>
    <message>
        <source>Empty is our assumption: {&quot;sociaal&quot;: &quot;corp&quot;, &quot;midden&quot;: &quot;overig&quot;, &quot;duur huur&quot;: &quot;overig&quot;, &quot;betaalbaar koop&quot;: &quot;koop&quot;, &quot;duur koop&quot;: &quot;koop&quot;}.</source>
        <translation>Leeg is onze aanname: {&quot;sociaal&quot;: &quot;corp&quot;, &quot;midden&quot;: &quot;overig&quot;, &quot;duur huur&quot;: &quot;overig&quot;, &quot;betaalbaar koop&quot;: &quot;koop&quot;, &quot;duur koop&quot;: &quot;koop&quot;}.</translation>
    </message>
    <message>
        <source>Empty: all but those that say built, being built or withdrawn (gerealiseerd, opgeleverd, in aanbouw, vervallen, ingetrokken and the like; assumption). The log tells what was counted.</source>
        <translation>Leeg: alle, behalve die zeggen dat het plan gebouwd, in aanbouw of ingetrokken is (gerealiseerd, opgeleverd, in aanbouw, vervallen, ingetrokken en dergelijke; aanname). In het logboek staat wat is geteld.</translation>
    </message>
    <message>
        <source>Empty: every row is a block.</source>
        <translation>Leeg: elke rij is een blok.</translation>
    </message>
    <message>
        <source>Empty: n_koop, n_corp and n_overig, or n_koop and n_huur, where the layer has them.</source>
        <translation>Leeg: n_koop, n_corp en n_overig, of n_koop en n_huur, als de laag die heeft.</translation>
    </message>
    <message>
        <source>Empty: the year in the layer.</source>
        <translation>Leeg: het jaar in de laag.</translation>
    </message>
    <message>
        <source>Energy label (field)</source>
        <translation>Energielabel (veld)</translation>
    </message>
    <message>
        <source>Entropy (nats)</source>
        <translation>Entropie (nats)</translation>
    </message>
    <message>
        <source>Every block with its own diversity, how much more mixed its surroundings are within 50 to 2000 m, its steepest border and the mosaic class of its wijk. Blocks with too few dwellings are empty.</source>
        <translation>Elk blok met zijn eigen diversiteit, hoeveel gemengder de omgeving binnen 50 tot 2000 m is, zijn scherpste grens en de mozaïekklasse van zijn wijk. Blokken met te weinig woningen zijn leeg.</translation>
    </message>
    <message>
        <source>Everybody in the unit; empty: the sum of the groups. Needed with one group, which is then compared with the rest.</source>
        <translation>Iedereen in de eenheid; leeg: de som van de groepen. Nodig bij één groep, die dan met de rest wordt vergeleken.</translation>
    </message>
    <message>
        <source>Everything within the bandwidth alike</source>
        <translation>Alles binnen de bandbreedte even zwaar</translation>
    </message>
    <message>
        <source>Evidence</source>
        <translation>Onderbouwing</translation>
    </message>
    <message>
        <source>Expected by chance</source>
        <translation>Verwacht door toeval</translation>
    </message>
    <message>
        <source>Export the actions</source>
        <translation>Acties exporteren</translation>
    </message>
    <message>
        <source>Export the worklist</source>
        <translation>Werklijst exporteren</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exporteren…</translation>
    </message>
    <message>
        <source>False discovery rate: the label looks at q</source>
        <translation>False discovery rate: het label kijkt naar q</translation>
    </message>
    <message>
        <source>Fetches buurten, wijken or gemeenten with the CBS key figures of one year from PDOK, for one or more gemeenten, through the network settings of QGIS (proxy, certificates). What came is kept for a day, so a download that broke off goes on where it was. The fields are as published; the field bron names the source and the date. PDOK has the years from 2022. The newest year often has no tenure yet: the log says so.</source>
        <translation>Haalt buurten, wijken of gemeenten met de CBS-kerncijfers van één jaar op bij PDOK, voor één of meer gemeenten, via de netwerkinstellingen van QGIS (proxy, certificaten). Wat binnen is, blijft een dag bewaard, zodat een afgebroken download verdergaat waar hij was. De velden zijn zoals gepubliceerd; het veld bron noemt de bron en de datum. PDOK heeft de jaren vanaf 2022. Het nieuwste jaar heeft vaak nog geen eigendom: het logboek zegt dat.</translation>
    </message>
    <message>
        <source>Fewer dwellings</source>
        <translation>Minder woningen</translation>
    </message>
    <message>
        <source>Fewest dwellings of which no class holds 80%</source>
        <translation>Kleinste aantal woningen waarvan geen klasse 80% heeft</translation>
    </message>
    <message>
        <source>Fewest dwellings that are shown</source>
        <translation>Kleinste aantal woningen dat wordt getoond</translation>
    </message>
    <message>
        <source>Fewest known dwellings for a share</source>
        <translation>Kleinste aantal bekende woningen voor een aandeel</translation>
    </message>
    <message>
        <source>Field with the code of the area in that layer</source>
        <translation>Veld met de code van het gebied in die laag</translation>
    </message>
    <message>
        <source>Field with the code of the wijk in that layer</source>
        <translation>Veld met de wijkcode in die laag</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>Veld</translation>
    </message>
    <message>
        <source>Fields of the panden with dwellings per class</source>
        <translation>Velden van de panden met woningen per klasse</translation>
    </message>
    <message>
        <source>Fields of the points with dwellings per class</source>
        <translation>Velden van de punten met woningen per klasse</translation>
    </message>
    <message>
        <source>Fields that both years have. Empty: the tenures of the canonical table.</source>
        <translation>Velden die beide jaren hebben. Leeg: de eigendomsklassen van de voorbereide tabel.</translation>
    </message>
    <message>
        <source>Fields that look like data on origin, nationality, religion, health, police or benefits are refused, unless you write here what they are needed for. The reason stays with the result. No flag ever uses such data.</source>
        <translation>Velden die lijken op gegevens over herkomst, nationaliteit, religie, gezondheid, politie of uitkeringen worden geweigerd, tenzij u hier schrijft waarvoor ze nodig zijn. De reden blijft bij de uitkomst staan. Geen enkele vlag gebruikt zulke gegevens.</translation>
    </message>
    <message>
        <source>Figures do not say whether mixing is wanted, for whom and at which scale. Answer these with the parties involved. What is open is printed as not answered.</source>
        <translation>Cijfers zeggen niet of menging gewenst is, voor wie en op welke schaal. Beantwoord deze vragen met de betrokken partijen. Wat open is, wordt afgedrukt als niet beantwoord.</translation>
    </message>
    <message>
        <source>Figures that are too coarse</source>
        <translation>Cijfers die te grof zijn</translation>
    </message>
    <message>
        <source>Finely mixed: H beyond chance up to (assumption)</source>
        <translation>Fijn gemengd: H boven toeval tot en met (aanname)</translation>
    </message>
    <message>
        <source>Finely mixed: inside blocks (H beyond chance up to {limit})</source>
        <translation>Fijn gemengd: binnen blokken (H boven toeval tot en met {limit})</translation>
    </message>
    <message>
        <source>Finer units (blocks, complexes, addresses) with the fields n_koop, n_corp and n_overig, or the squares of CBS as published. They show whether a mixed wijk is mixed inside its blocks; buurten alone cannot.</source>
        <translation>Fijnere eenheden (blokken, complexen, adressen) met de velden n_koop, n_corp en n_overig, of de vierkanten van het CBS zoals gepubliceerd. Ze laten zien of een gemengde wijk binnen haar blokken gemengd is; met alleen buurten kan dat niet.</translation>
    </message>
    <message>
        <source>Finest units</source>
        <translation>Fijnste eenheden</translation>
    </message>
    <message>
        <source>Fingerprint of the stock the actions were made on</source>
        <translation>Vingerafdruk van de voorraad waarop de acties zijn gemaakt</translation>
    </message>
    <message>
        <source>Fingerprint of the stock</source>
        <translation>Vingerafdruk van de voorraad</translation>
    </message>
    <message>
        <source>First area</source>
        <translation>Eerste gebied</translation>
    </message>
    <message>
        <source>First effect, in years</source>
        <translation>Eerste effect, in jaren</translation>
    </message>
    <message>
        <source>First year</source>
        <translation>Eerste jaar</translation>
    </message>
    <message>
        <source>Flag: {name}</source>
        <translation>Vlag: {name}</translation>
    </message>
    <message>
        <source>Flag</source>
        <translation>Vlag</translation>
    </message>
    <message>
        <source>Flags never without these instruments</source>
        <translation>Vlaggen nooit zonder deze instrumenten</translation>
    </message>
    <message>
        <source>Flags of the buurt</source>
        <translation>Vlaggen van de buurt</translation>
    </message>
    <message>
        <source>Flags that appear or vanish</source>
        <translation>Vlaggen die verschijnen of verdwijnen</translation>
    </message>
    <message>
        <source>Flags</source>
        <translation>Vlaggen</translation>
    </message>
    <message>
        <source>For example 3.0. Versions cannot be compared.</source>
        <translation>Bijvoorbeeld 3.0. Versies zijn niet te vergelijken.</translation>
    </message>
    <message>
        <source>For example BAG addresses. Only their places are read, none of their fields.</source>
        <translation>Bijvoorbeeld BAG-adressen. Alleen hun plek wordt gelezen, geen van de velden.</translation>
    </message>
    <message>
        <source>For example BAG verblijfsobjecten that are dwellings (woonfunctie), with the bouwjaar of their pand and the label of EP-Online. One row per dwelling.</source>
        <translation>Bijvoorbeeld BAG-verblijfsobjecten die woning zijn (woonfunctie), met het bouwjaar van hun pand en het label van EP-Online. Eén rij per woning.</translation>
    </message>
    <message>
        <source>For example BAG verblijfsobjecten, to place dwellings by code.</source>
        <translation>Bijvoorbeeld BAG-verblijfsobjecten, om woningen op code een plaats te geven.</translation>
    </message>
    <message>
        <source>For example gemeente_code, wijk_code, buurt_code, in that order. Each must nest in the one before; the unit itself comes last without being named. Where the units have no codes, choose a layer of areas and its fields below.</source>
        <translation>Bijvoorbeeld gemeente_code, wijk_code, buurt_code, in die volgorde. Elk niveau moet in het vorige passen; de eenheid zelf komt als laatste en wordt niet genoemd. Hebben de eenheden geen codes, kies dan hieronder een laag met gebieden en de velden daarvan.</translation>
    </message>
    <message>
        <source>For example parcels of the Kadaster (BRK) or the land register of the gemeente. Land that the layer does not have counts as of an unknown owner, water too.</source>
        <translation>Bijvoorbeeld percelen van het Kadaster (BRK) of het grondregister van de gemeente. Grond die niet in de laag staat, telt als van een onbekende eigenaar, ook water.</translation>
    </message>
    <message>
        <source>For example the BAG verblijfsobject: a dwelling that occurs again counts once.</source>
        <translation>Bijvoorbeeld het BAG-verblijfsobject: een woning die nog eens voorkomt, telt één keer.</translation>
    </message>
    <message>
        <source>For example verblijfsobjecten with 1 in the field of their tenure. A point goes to the block of the pand it lies in, else to the block around it.</source>
        <translation>Bijvoorbeeld verblijfsobjecten met een 1 in het veld van hun eigendomsvorm. Een punt gaat naar het blok van het pand waar het in ligt, anders naar het blok eromheen.</translation>
    </message>
    <message>
        <source>For example {&quot;KW&quot;: &quot;koop&quot;, &quot;SH&quot;: &quot;corp&quot;, &quot;PH&quot;: &quot;overig&quot;, &quot;&quot;: &quot;unknown&quot;}; &quot;&quot; is an empty cell. A value without a class stops the run, and all of them are listed.</source>
        <translation>Bijvoorbeeld {&quot;KW&quot;: &quot;koop&quot;, &quot;SH&quot;: &quot;corp&quot;, &quot;PH&quot;: &quot;overig&quot;, &quot;&quot;: &quot;unknown&quot;}; &quot;&quot; is een lege cel. Een waarde zonder klasse stopt de run; ze worden dan alle genoemd.</translation>
    </message>
    <message>
        <source>For example {&quot;Woonstad&quot;: &quot;corporatie&quot;, &quot;BV&quot;: &quot;markt&quot;, &quot;&quot;: &quot;onbekend&quot;}. Common Dutch words are known (woningcorporatie, projectontwikkelaar, Gemeente X, waterschap). A value without a class counts as unknown and is named in the log.</source>
        <translation>Bijvoorbeeld {&quot;Woonstad&quot;: &quot;corporatie&quot;, &quot;BV&quot;: &quot;markt&quot;, &quot;&quot;: &quot;onbekend&quot;}. Gangbare woorden zijn bekend (woningcorporatie, projectontwikkelaar, Gemeente X, waterschap). Een waarde zonder klasse telt als onbekend en staat in het logboek.</translation>
    </message>
    <message>
        <source>For example: Amsterdam, or GM0599, GM0622.</source>
        <translation>Bijvoorbeeld: Amsterdam, of GM0599, GM0622.</translation>
    </message>
    <message>
        <source>For the flags of the selected buurt</source>
        <translation>Bij de vlaggen van de gekozen buurt</translation>
    </message>
    <message>
        <source>For the layer of blocks.</source>
        <translation>Voor de laag met blokken.</translation>
    </message>
    <message>
        <source>For the nearest K: how many.</source>
        <translation>Voor de dichtstbijzijnde K: hoeveel.</translation>
    </message>
    <message>
        <source>For the report, as the panel keeps them in the project. Empty: every question and step is printed as not answered, and the scenario is called incomplete.</source>
        <translation>Voor het rapport, zoals het paneel ze in het project bewaart. Leeg: elke vraag en stap staat er als niet beantwoord in, en het scenario heet onvolledig.</translation>
    </message>
    <message>
        <source>For the report: the start, the years after it and the indicators, such as {&quot;start&quot;: 2026, &quot;years&quot;: [0, 5, 10], &quot;indicators&quot;: [&quot;share_corp&quot;]}. The panel fills it in; empty prints our suggestion, labelled as an assumption.</source>
        <translation>Voor het rapport: het begin, de jaren daarna en de indicatoren, zoals {&quot;start&quot;: 2026, &quot;years&quot;: [0, 5, 10], &quot;indicators&quot;: [&quot;share_corp&quot;]}. Het paneel vult dit in; leeg drukt onze suggestie af, met het label aanname.</translation>
    </message>
    <message>
        <source>For units within a distance.</source>
        <translation>Voor eenheden binnen een afstand.</translation>
    </message>
    <message>
        <source>From Prepare buurten or from a scan; a scan knows which areas are vulnerable.</source>
        <translation>Uit Buurten voorbereiden of uit een scan; een scan weet welke gebieden kwetsbaar zijn.</translation>
    </message>
    <message>
        <source>From a file…</source>
        <translation>Uit een bestand…</translation>
    </message>
    <message>
        <source>From candidate to provisional: {n}</source>
        <translation>Van kandidaat naar voorlopig: {n}</translation>
    </message>
    <message>
        <source>From provisional to candidate: {n}</source>
        <translation>Van voorlopig naar kandidaat: {n}</translation>
    </message>
    <message>
        <source>From the scan chosen here to the scan that is shown: what is on the left of an arrow is the other one.</source>
        <translation>Van de scan die hier is gekozen naar de scan die wordt getoond: links van een pijl staat de andere.</translation>
    </message>
    <message>
        <source>Full effect, in years</source>
        <translation>Volledig effect, in jaren</translation>
    </message>
    <message>
        <source>Gained less lost</source>
        <translation>Erbij min eraf</translation>
    </message>
    <message>
        <source>Gained outside less lost in vulnerable areas</source>
        <translation>Erbij daarbuiten min eraf in kwetsbare gebieden</translation>
    </message>
    <message>
        <source>Gained since the start</source>
        <translation>Erbij sinds het begin</translation>
    </message>
    <message>
        <source>Gemeente (codes or names, comma-separated; empty = all)</source>
        <translation>Gemeente (codes of namen, met komma's; leeg = alle)</translation>
    </message>
    <message>
        <source>Gemeente {name} (whole layer)</source>
        <translation>Gemeente {name} (hele laag)</translation>
    </message>
    <message>
        <source>Gemeente {name}</source>
        <translation>Gemeente {name}</translation>
    </message>
    <message>
        <source>Gemeente</source>
        <translation>Gemeente</translation>
    </message>
    <message>
        <source>Give this, or the number of dwellings: one of the two.</source>
        <translation>Geef dit, of het aantal woningen: een van de twee.</translation>
    </message>
    <message>
        <source>Gives the share of 1945 to 1975, both included, of dwellings of a known year. 0, 1005 and 9999 are unknown.</source>
        <translation>Geeft het aandeel van 1945 tot en met 1975 in de woningen waarvan het jaar bekend is. 0, 1005 en 9999 zijn onbekend.</translation>
    </message>
    <message>
        <source>Gives the share of E, F and G of dwellings with a label, A++++ to G.</source>
        <translation>Geeft het aandeel van E, F en G in de woningen met een label, A++++ tot en met G.</translation>
    </message>
    <message>
        <source>Global Moran&apos;s I: p-value (two-sided)</source>
        <translation>Globale Morans I: p-waarde (tweezijdig)</translation>
    </message>
    <message>
        <source>Global Moran&apos;s I</source>
        <translation>Globale Morans I</translation>
    </message>
    <message>
        <source>Goal</source>
        <translation>Doel</translation>
    </message>
    <message>
        <source>Goals of the parties</source>
        <translation>Doelen van partijen</translation>
    </message>
    <message>
        <source>Goals of the project (JSON)</source>
        <translation>Doelen van het project (JSON)</translation>
    </message>
    <message>
        <source>Goals</source>
        <translation>Doelen</translation>
    </message>
    <message>
        <source>Goes together with</source>
        <translation>Hoort samen met</translation>
    </message>
    <message>
        <source>Grain: H within 1000 m is {ratio} times H within 100 m; near 1 coarse, near 0 fine (distances: an assumption).</source>
        <translation>Korrel: H binnen 1000 m is {ratio} keer H binnen 100 m; dicht bij 1 grof, dicht bij 0 fijn (afstanden: een aanname).</translation>
    </message>
    <message>
        <source>Group of dissimilarity and variance ratio</source>
        <translation>Groep van dissimilariteit en variantieratio</translation>
    </message>
    <message>
        <source>Group of the cluster</source>
        <translation>Groep van de cluster</translation>
    </message>
    <message>
        <source>Group that dissimilarity sets against it</source>
        <translation>Groep die de dissimilariteit ertegenover zet</translation>
    </message>
    <message>
        <source>Group: field with counts</source>
        <translation>Groep: veld met aantallen</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>Groep</translation>
    </message>
    <message>
        <source>Groups with their benefit and burden</source>
        <translation>Groepen met hun voordeel en last</translation>
    </message>
    <message>
        <source>Groups: fields with counts (empty = recognise)</source>
        <translation>Groepen: velden met aantallen (leeg = herkennen)</translation>
    </message>
    <message>
        <source>Groups: fields with counts</source>
        <translation>Groepen: velden met aantallen</translation>
    </message>
    <message>
        <source>H of surroundings, whole layer</source>
        <translation>H van omgevingen, hele laag</translation>
    </message>
    <message>
        <source>H, all classes</source>
        <translation>H, alle klassen</translation>
    </message>
    <message>
        <source>HTML files (*.html)</source>
        <translation>HTML-bestanden (*.html)</translation>
    </message>
    <message>
        <source>High among high (HH)</source>
        <translation>Hoog tussen hoog (HH)</translation>
    </message>
    <message>
        <source>High among low (HL)</source>
        <translation>Hoog tussen laag (HL)</translation>
    </message>
    <message>
        <source>Homes of stayers, leavers and newcomers, {year}</source>
        <translation>Woningen van blijvers, vertrekkers en nieuwkomers, {year}</translation>
    </message>
    <message>
        <source>How many dwellings would have to differ in tenure for the dissimilarity D to reach a chosen value, or how low D can get with a given number? Every unit keeps its number of dwellings and the group its total, so every dwelling that leaves the group is made up for by one elsewhere. This is an arithmetical lower bound for discussion, not a plan: it knows no costs, leases or residents. Many swaps are equally small; this one asks of every unit the same part of what it can do. A target that the limits put out of reach gives the lowest D they allow, and STATUS says so.</source>
        <translation>Hoeveel woningen zouden van eigendom moeten verschillen om de dissimilariteit D op een gekozen waarde te brengen, of hoe laag kan D komen met een gegeven aantal? Elke eenheid houdt haar aantal woningen en de groep haar totaal, dus tegenover elke woning die de groep verlaat staat er elders een die erbij komt. Dit is een rekenkundige ondergrens voor het gesprek, geen plan: kosten, huurcontracten en bewoners zitten er niet in. Veel ruilen zijn even klein; deze vraagt van elke eenheid hetzelfde deel van wat zij kan. Bij een doel dat de grenzen onbereikbaar maken is de laagst haalbare D gegeven, en STATUS zegt dat.</translation>
    </message>
    <message>
        <source>How much more mixed the surroundings of every block are than the block itself: one style per distance, to switch between.</source>
        <translation>Hoeveel gemengder de omgeving van elk blok is dan het blok zelf: één stijl per afstand, om tussen te wisselen.</translation>
    </message>
    <message>
        <source>How much</source>
        <translation>Hoeveel</translation>
    </message>
    <message>
        <source>How surroundings weigh</source>
        <translation>Hoe de omgeving weegt</translation>
    </message>
    <message>
        <source>Identifier of the dwelling (field)</source>
        <translation>Kenmerk van de woning (veld)</translation>
    </message>
    <message>
        <source>In place of fields of the units.</source>
        <translation>In plaats van velden van de eenheden.</translation>
    </message>
    <message>
        <source>In standard deviations: own {z}, neighbours {lag}; local I {i}</source>
        <translation>In standaardafwijkingen: eigen {z}, buren {lag}; lokale I {i}</translation>
    </message>
    <message>
        <source>In the buurt itself no tenure holds {limit} (assumption).</source>
        <translation>In de buurt zelf haalt geen eigendomsvorm {limit} (aanname).</translation>
    </message>
    <message>
        <source>In your own words</source>
        <translation>In eigen woorden</translation>
    </message>
    <message>
        <source>Index against bandwidth, to draw as a line.</source>
        <translation>Index tegen bandbreedte, om als lijn te tekenen.</translation>
    </message>
    <message>
        <source>Index</source>
        <translation>Index</translation>
    </message>
    <message>
        <source>Indicators to measure</source>
        <translation>Indicatoren om te meten</translation>
    </message>
    <message>
        <source>Indices before and after, {year}</source>
        <translation>Indices voor en na, {year}</translation>
    </message>
    <message>
        <source>Indices before and after</source>
        <translation>Indices voor en na</translation>
    </message>
    <message>
        <source>Indices, one row per area</source>
        <translation>Indices, één rij per gebied</translation>
    </message>
    <message>
        <source>Indices</source>
        <translation>Indices</translation>
    </message>
    <message>
        <source>Instruments that refer to it</source>
        <translation>Instrumenten die ernaar verwijzen</translation>
    </message>
    <message>
        <source>Instruments</source>
        <translation>Instrumenten</translation>
    </message>
    <message>
        <source>Island: no neighbours, not tested</source>
        <translation>Eiland: geen buren, niet getoetst</translation>
    </message>
    <message>
        <source>It has the fields of a scan, but not the record of the run that made it: parameters, thresholds, versions and left-out buurten cannot be shown. Layers keep that record in the project; a file that is opened again loses it. Run the scan once more to have it.</source>
        <translation>De laag heeft de velden van een scan, maar niet het verslag van de scan zelf: instellingen, drempels, versies en weggelaten buurten zijn niet te tonen. Dat verslag blijft in het project bij de laag; een bestand dat opnieuw wordt geopend, is het kwijt. Scan opnieuw om het te krijgen.</translation>
    </message>
    <message>
        <source>Its wijk</source>
        <translation>Haar wijk</translation>
    </message>
    <message>
        <source>Join islands to the nearest unit</source>
        <translation>Eilanden verbinden met de dichtstbijzijnde eenheid</translation>
    </message>
    <message>
        <source>K</source>
        <translation>K</translation>
    </message>
    <message>
        <source>Kind of scale</source>
        <translation>Soort schaal</translation>
    </message>
    <message>
        <source>Land acquisition stays in so many variants of the thresholds</source>
        <translation>Grondverwerving blijft in zoveel varianten van de drempels</translation>
    </message>
    <message>
        <source>Land acquisition: candidates for study</source>
        <translation>Grondverwerving: kandidaten voor onderzoek</translation>
    </message>
    <message>
        <source>Land by owner (polygons or points)</source>
        <translation>Grond naar eigenaar (vlakken of punten)</translation>
    </message>
    <message>
        <source>Land changes hands; the date stands with the result.</source>
        <translation>Grond wisselt van eigenaar; de datum staat bij de uitkomst.</translation>
    </message>
    <message>
        <source>Land of an unknown owner (%)</source>
        <translation>Grond van een onbekende eigenaar (%)</translation>
    </message>
    <message>
        <source>Largest part of a unit that may change (0-1)</source>
        <translation>Grootste deel van een eenheid dat mag veranderen (0-1)</translation>
    </message>
    <message>
        <source>Law and policy watch list</source>
        <translation>Wetgevingslijst</translation>
    </message>
    <message>
        <source>Law checked on</source>
        <translation>Recht gecheckt op</translation>
    </message>
    <message>
        <source>Law checked</source>
        <translation>Recht gecheckt</translation>
    </message>
    <message>
        <source>Law</source>
        <translation>Recht</translation>
    </message>
    <message>
        <source>Layer with a local Moran</source>
        <translation>Laag met lokale Moran-clusters</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Laag</translation>
    </message>
    <message>
        <source>Lays the outlines of two years over each other and gives the table that Compare two years takes: from, to, weight (part of the dwellings) and basis. With dwellings as points the weights count these; without, they are parts of the area, which assumes that dwellings stand evenly over it. Units that keep their code and area are left out. Draw both years at the same scale: parts under 2% of the area are taken for two drawings of one border. Look at the table before you use it; it is your statement.</source>
        <translation>Legt de omtrekken van twee jaren over elkaar en geeft de tabel die Twee jaren vergelijken vraagt: from, to, weight (deel van de woningen) en basis. Met woningen als punten tellen de gewichten die; zonder zijn het delen van de oppervlakte, met als aanname dat de woningen er gelijkmatig over staan. Eenheden die hun code en gebied houden, staan er niet in. Neem beide jaren op dezelfde schaal: delen onder 2% van de oppervlakte gelden als twee tekeningen van één grens. Bekijk de tabel voordat u haar gebruikt; u staat er zelf voor in.</translation>
    </message>
    <message>
        <source>Least dwellings in a block</source>
        <translation>Kleinste aantal woningen in een blok</translation>
    </message>
    <message>
        <source>Least dwellings that are shown</source>
        <translation>Kleinste aantal woningen dat wordt getoond</translation>
    </message>
    <message>
        <source>Least land with a known owner (%)</source>
        <translation>Kleinste aandeel grond met een bekende eigenaar (%)</translation>
    </message>
    <message>
        <source>Leefbaarometer per buurt (table or layer)</source>
        <translation>Leefbaarometer per buurt (tabel of laag)</translation>
    </message>
    <message>
        <source>Left out for want of usable figures: {n}</source>
        <translation>Weggelaten, geen bruikbare cijfers: {n}</translation>
    </message>
    <message>
        <source>Legend</source>
        <translation>Legenda</translation>
    </message>
    <message>
        <source>Less D for one more dwelling of room</source>
        <translation>Daling van D per woning meer ruimte</translation>
    </message>
    <message>
        <source>Less is empty. The default is an assumption.</source>
        <translation>Minder is leeg. De standaardwaarde is een aanname.</translation>
    </message>
    <message>
        <source>Less with distance, bell-shaped (gaussian)</source>
        <translation>Minder met de afstand, klokvormig (gaussisch)</translation>
    </message>
    <message>
        <source>Less with distance, straight down (triangular)</source>
        <translation>Minder met de afstand, rechtlijnig (driehoek)</translation>
    </message>
    <message>
        <source>Level of the area</source>
        <translation>Niveau van het gebied</translation>
    </message>
    <message>
        <source>Level of the effect</source>
        <translation>Niveau van het effect</translation>
    </message>
    <message>
        <source>Level of the intervention</source>
        <translation>Niveau van de ingreep</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>Niveau</translation>
    </message>
    <message>
        <source>Levels: fields of the areas, coarse to fine</source>
        <translation>Niveaus: velden van de gebieden, van grof naar fijn</translation>
    </message>
    <message>
        <source>Levels: fields with area codes, coarse to fine</source>
        <translation>Niveaus: velden met gebiedscodes, grof naar fijn</translation>
    </message>
    <message>
        <source>Limit that holds this unit back</source>
        <translation>Grens die deze eenheid tegenhoudt</translation>
    </message>
    <message>
        <source>Limits of the class (assumptions): one-sided below diversity {one}; else mosaic from H {mosaic} beyond chance, finely mixed up to {fine}. No class is better than another.</source>
        <translation>Grenzen van de klasse (aannames): eenzijdig onder diversiteit {one}; anders mozaïek vanaf H {mosaic} boven toeval, fijn gemengd tot en met {fine}. Geen klasse is beter dan een andere.</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>Grenzen</translation>
    </message>
    <message>
        <source>Load actions</source>
        <translation>Acties laden</translation>
    </message>
    <message>
        <source>Load…</source>
        <translation>Laden…</translation>
    </message>
    <message>
        <source>Local Moran cluster of the change</source>
        <translation>Lokale Moran-cluster van de verandering</translation>
    </message>
    <message>
        <source>Local Moran cluster, rental</source>
        <translation>Lokale Moran-cluster, huur</translation>
    </message>
    <message>
        <source>Local Moran cluster: {label}</source>
        <translation>Lokale Moran-cluster: {label}</translation>
    </message>
    <message>
        <source>Local Moran cluster</source>
        <translation>Lokale Moran-cluster</translation>
    </message>
    <message>
        <source>Local Moran clusters, corporation rental</source>
        <translation>Lokale Moran-clusters, corporatiehuur</translation>
    </message>
    <message>
        <source>Local Moran clusters, rental</source>
        <translation>Lokale Moran-clusters, huur</translation>
    </message>
    <message>
        <source>Local Moran clusters: {field}</source>
        <translation>Lokale Moran-clusters: {field}</translation>
    </message>
    <message>
        <source>Local Moran clusters</source>
        <translation>Lokale Moran-clusters</translation>
    </message>
    <message>
        <source>Local Moran&apos;s I, corporation rental</source>
        <translation>Lokale Morans I, corporatiehuur</translation>
    </message>
    <message>
        <source>Local Moran&apos;s I, rental</source>
        <translation>Lokale Morans I, huur</translation>
    </message>
    <message>
        <source>Local Moran&apos;s I</source>
        <translation>Lokale Morans I</translation>
    </message>
    <message>
        <source>Local divergence from the reference area</source>
        <translation>Lokale afwijking van het referentiegebied</translation>
    </message>
    <message>
        <source>Local divergence from {area}: {value} (0 = the same mix)</source>
        <translation>Lokale afwijking van {area}: {value} (0 = dezelfde menging)</translation>
    </message>
    <message>
        <source>Local segregation: {source}</source>
        <translation>Lokale segregatie: {source}</translation>
    </message>
    <message>
        <source>Local segregation</source>
        <translation>Lokale segregatie</translation>
    </message>
    <message>
        <source>Location quotient other rental</source>
        <translation>Locatiequotiënt overige huur</translation>
    </message>
    <message>
        <source>Location quotient owner-occupied</source>
        <translation>Locatiequotiënt koop</translation>
    </message>
    <message>
        <source>Location quotient rental</source>
        <translation>Locatiequotiënt huur</translation>
    </message>
    <message>
        <source>Location quotient: {group}</source>
        <translation>Locatiequotiënt: {group}</translation>
    </message>
    <message>
        <source>Longest wait for what comes back (years)</source>
        <translation>Langste wachttijd op wat terugkomt (jaren)</translation>
    </message>
    <message>
        <source>Looks at the field as a part of this total, and takes into account that the share of a small unit is less certain (empirical Bayes, Assuncao and Reis 1999).</source>
        <translation>Ziet het veld als deel van dit totaal, en houdt er rekening mee dat het aandeel van een kleine eenheid minder zeker is (empirisch Bayes, Assuncao en Reis 1999).</translation>
    </message>
    <message>
        <source>Lost since the start</source>
        <translation>Eraf sinds het begin</translation>
    </message>
    <message>
        <source>Low among high (LH)</source>
        <translation>Laag tussen hoog (LH)</translation>
    </message>
    <message>
        <source>Low among low (LL)</source>
        <translation>Laag tussen laag (LL)</translation>
    </message>
    <message>
        <source>Lower end of that change: {group}</source>
        <translation>Ondergrens van die verandering: {group}</translation>
    </message>
    <message>
        <source>Lower end</source>
        <translation>Ondergrens</translation>
    </message>
    <message>
        <source>Made from the layer as it is now, with the goals and the worklist of this project. Nothing is sent anywhere.</source>
        <translation>Gemaakt uit de laag zoals die nu is, met de doelen en de werklijst van dit project. Er wordt niets verstuurd.</translation>
    </message>
    <message>
        <source>Made from</source>
        <translation>Gemaakt uit</translation>
    </message>
    <message>
        <source>Main goal</source>
        <translation>Hoofddoel</translation>
    </message>
    <message>
        <source>Make a crosswalk of two years</source>
        <translation>Omzettabel van twee jaren maken</translation>
    </message>
    <message>
        <source>Makes blocks of the faces that streets enclose and that hold at least one pand: a proxy for blocks of buildings, for the mosaic index, the scale spectrum and surroundings. Streets are centre lines (NWB) or areas of roads (BGT). A pand in two faces goes to the one with most of its area. Dwellings per class come from fields of the panden or from points (verblijfsobjecten, complexes) with counts; without either the blocks can be filled with the tool that counts dwellings per area. Blocks below the least number of dwellings keep their panden and show no counts. Dead ends enclose nothing; gaps between streets are not closed.</source>
        <translation>Maakt blokken van de vlakken die straten omsluiten en waarin minstens een pand staat: een benadering van bouwblokken, voor de mozaïekindex, het schaalspectrum en omgevingen. Straten zijn hartlijnen (NWB) of wegvlakken (BGT). Een pand in twee vlakken gaat naar het vlak met het grootste deel van zijn oppervlak. Woningen per klasse komen uit velden van de panden of uit punten (verblijfsobjecten, complexen) met aantallen; zonder die twee zijn de blokken te vullen met het algoritme Woningen tellen per gebied. Blokken onder het minimum aantal woningen houden hun panden en laten geen aantallen zien. Doodlopende straten omsluiten niets; gaten tussen straten worden niet gedicht.</translation>
    </message>
    <message>
        <source>Makes, from layers of your own, the indicators that CBS data do not hold and that the flags ask for: who owns the land (owner_public, owner_market), early post-war dwellings and poor energy labels (share_earlypostwar, share_poor_label), and building capacity (free_capacity). Scores of the Leefbaarometer can be put beside them. Every layer is optional. The output is your layer with these fields added; scan it next. Where a figure cannot be given the field is empty, and a field with _note says why. What is an assumption is called so, here and in the log.</source>
        <translation>Maakt uit eigen lagen de indicatoren die niet in de CBS-gegevens staan en waar de vlaggen om vragen: van wie de grond is (owner_public, owner_market), woningen van 1945-1975 en slechte energielabels (share_earlypostwar, share_poor_label), en de bouwcapaciteit (free_capacity). Scores van de Leefbaarometer kunnen ernaast staan. Elke laag is optioneel. De uitvoer is uw laag met deze velden erbij; scan die daarna. Is een cijfer niet te geven, dan is het veld leeg en zegt een veld met _note waarom. Wat een aanname is, heet zo, hier en in het logboek.</translation>
    </message>
    <message>
        <source>Map of the blocks (only with blocks)</source>
        <translation>Kaart van de blokken (alleen met blokken)</translation>
    </message>
    <message>
        <source>Map of the print layout</source>
        <translation>Kaart van de afdruklay-out</translation>
    </message>
    <message>
        <source>Mark this buurt for study</source>
        <translation>Deze buurt markeren voor onderzoek</translation>
    </message>
    <message>
        <source>Matching instruments</source>
        <translation>Passende instrumenten</translation>
    </message>
    <message>
        <source>Mean diversity inside blocks (0-1)</source>
        <translation>Gemiddelde diversiteit binnen blokken (0-1)</translation>
    </message>
    <message>
        <source>Mean diversity of surroundings (0-1)</source>
        <translation>Gemiddelde diversiteit van omgevingen (0-1)</translation>
    </message>
    <message>
        <source>Mean entropy at this level (nats)</source>
        <translation>Gemiddelde entropie op dit niveau (nats)</translation>
    </message>
    <message>
        <source>Mean of the neighbours (standard deviations), corporation rental</source>
        <translation>Gemiddelde van de buren (standaardafwijkingen), corporatiehuur</translation>
    </message>
    <message>
        <source>Mean of the neighbours (standard deviations), rental</source>
        <translation>Gemiddelde van de buren (standaardafwijkingen), huur</translation>
    </message>
    <message>
        <source>Mean of the neighbours (standard deviations)</source>
        <translation>Gemiddelde van de buren (standaardafwijkingen)</translation>
    </message>
    <message>
        <source>Measured in: {years}</source>
        <translation>Gemeten in: {years}</translation>
    </message>
    <message>
        <source>Measuring plan (JSON)</source>
        <translation>Meetplan (JSON)</translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation>Meten</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Melding</translation>
    </message>
    <message>
        <source>Metres between blocks of one patch</source>
        <translation>Meters tussen blokken van één vlek</translation>
    </message>
    <message>
        <source>Mix</source>
        <translation>Mix</translation>
    </message>
    <message>
        <source>Mixed: no tenure reaches {limit}%</source>
        <translation>Gemengd: geen eigendomsvorm haalt {limit}%</translation>
    </message>
    <message>
        <source>Moran scatterplot of {n} buurten, {selected} selected</source>
        <translation>Moran-spreidingsdiagram van {n} buurten, {selected} geselecteerd</translation>
    </message>
    <message>
        <source>Moran scatterplot</source>
        <translation>Moran-spreidingsdiagram</translation>
    </message>
    <message>
        <source>Moran&apos;s I {value}: the slope of the line</source>
        <translation>Morans I {value}: de helling van de lijn</translation>
    </message>
    <message>
        <source>More dwellings than at the start</source>
        <translation>Meer woningen dan bij het begin</translation>
    </message>
    <message>
        <source>More permutations resolve smaller p-values; the default suits a whole country.</source>
        <translation>Meer permutaties onderscheiden kleinere p-waarden; de standaard volstaat voor heel Nederland.</translation>
    </message>
    <message>
        <source>Mosaic class of the wijk</source>
        <translation>Mozaïekklasse van de wijk</translation>
    </message>
    <message>
        <source>Mosaic class</source>
        <translation>Mozaïekklasse</translation>
    </message>
    <message>
        <source>Mosaic index (0-1), block variant</source>
        <translation>Mozaïekindex (0-1), blokvariant</translation>
    </message>
    <message>
        <source>Mosaic index (0-1), buurt variant</source>
        <translation>Mozaïekindex (0-1), buurtvariant</translation>
    </message>
    <message>
        <source>Mosaic index (0-1)</source>
        <translation>Mozaïekindex (0-1)</translation>
    </message>
    <message>
        <source>Mosaic index (uniform blocks, mixed wijk)</source>
        <translation>Mozaïekindex (homogene blokken, gemengde wijk)</translation>
    </message>
    <message>
        <source>Mosaic index beyond chance, dwellings shuffled</source>
        <translation>Mozaïekindex boven toeval, woningen geschud</translation>
    </message>
    <message>
        <source>Mosaic index beyond chance, panden shuffled</source>
        <translation>Mozaïekindex boven toeval, panden geschud</translation>
    </message>
    <message>
        <source>Mosaic index beyond chance</source>
        <translation>Mozaïekindex boven toeval</translation>
    </message>
    <message>
        <source>Mosaic index by chance, dwellings shuffled</source>
        <translation>Mozaïekindex door toeval, woningen geschud</translation>
    </message>
    <message>
        <source>Mosaic index by chance, panden shuffled</source>
        <translation>Mozaïekindex door toeval, panden geschud</translation>
    </message>
    <message>
        <source>Mosaic index by chance</source>
        <translation>Mozaïekindex door toeval</translation>
    </message>
    <message>
        <source>Mosaic index, block variant</source>
        <translation>Mozaïekindex, blokvariant</translation>
    </message>
    <message>
        <source>Mosaic index, buurt variant</source>
        <translation>Mozaïekindex, buurtvariant</translation>
    </message>
    <message>
        <source>Mosaic index: z against chance, dwellings shuffled</source>
        <translation>Mozaïekindex: z ten opzichte van toeval, woningen geschud</translation>
    </message>
    <message>
        <source>Mosaic index: z against chance, panden shuffled</source>
        <translation>Mozaïekindex: z ten opzichte van toeval, panden geschud</translation>
    </message>
    <message>
        <source>Mosaic index: z against chance</source>
        <translation>Mozaïekindex: z tegen toeval</translation>
    </message>
    <message>
        <source>Mosaic of the wijk</source>
        <translation>Mozaïek van de wijk</translation>
    </message>
    <message>
        <source>Mosaic per wijk, block variant</source>
        <translation>Mozaïek per wijk, blokvariant</translation>
    </message>
    <message>
        <source>Mosaic per wijk, buurt variant</source>
        <translation>Mozaïek per wijk, buurtvariant</translation>
    </message>
    <message>
        <source>Mosaic per wijk</source>
        <translation>Mozaïek per wijk</translation>
    </message>
    <message>
        <source>Mosaic: H beyond chance from (assumption)</source>
        <translation>Mozaïek: H boven toeval vanaf (aanname)</translation>
    </message>
    <message>
        <source>Mosaic: uniform blocks (H beyond chance from {limit})</source>
        <translation>Mozaïek: homogene blokken (H boven toeval vanaf {limit})</translation>
    </message>
    <message>
        <source>Most dwellings that may leave the group</source>
        <translation>Grootste aantal woningen dat de groep mag verlaten</translation>
    </message>
    <message>
        <source>NWB wegvakken, or BGT wegdelen. Leave out back paths and cycle paths through a block, or they cut it in two.</source>
        <translation>NWB-wegvakken of BGT-wegdelen. Laat achterpaden en fietspaden door een blok weg, anders snijden ze het in tweeën.</translation>
    </message>
    <message>
        <source>Name of the area</source>
        <translation>Naam van het gebied</translation>
    </message>
    <message>
        <source>Name of the block layer</source>
        <translation>Naam van de blokkenlaag</translation>
    </message>
    <message>
        <source>Name or code; several with commas: Rotterdam, GM0606.</source>
        <translation>Naam of code; meer dan één met komma's: Rotterdam, GM0606.</translation>
    </message>
    <message>
        <source>Name or code</source>
        <translation>Naam of code</translation>
    </message>
    <message>
        <source>Nearest dwellings (empty = none)</source>
        <translation>Dichtstbijzijnde woningen (leeg = geen)</translation>
    </message>
    <message>
        <source>Needed where land is given as points. All of it counts in the buurt of the point (assumption).</source>
        <translation>Nodig als de grond als punten is gegeven. Alles telt mee in de buurt van het punt (aanname).</translation>
    </message>
    <message>
        <source>Needed: {role} or {other}.</source>
        <translation>Nodig: {role} of {other}.</translation>
    </message>
    <message>
        <source>Needed: {role}.</source>
        <translation>Nodig: {role}.</translation>
    </message>
    <message>
        <source>Neighbours of the buurt</source>
        <translation>Buren van de buurt</translation>
    </message>
    <message>
        <source>Neighbours with a value: {n}</source>
        <translation>Buren met een waarde: {n}</translation>
    </message>
    <message>
        <source>Neighbours</source>
        <translation>Buren</translation>
    </message>
    <message>
        <source>Never without:</source>
        <translation>Nooit zonder:</translation>
    </message>
    <message>
        <source>New before demolition and three groups</source>
        <translation>Nieuw voor sloop en drie groepen</translation>
    </message>
    <message>
        <source>New before demolition</source>
        <translation>Nieuw vóór sloop</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Volgende</translation>
    </message>
    <message>
        <source>No block in this wijk has enough dwellings with known tenure; give finer or fuller blocks.</source>
        <translation>Geen blok in deze wijk heeft genoeg woningen met bekend eigendom; geef fijnere of vollere blokken.</translation>
    </message>
    <message>
        <source>No buurt became or ceased to be a candidate.</source>
        <translation>Geen buurt is kandidaat geworden of is het niet meer.</translation>
    </message>
    <message>
        <source>No buurt of this wijk has figures of tenure.</source>
        <translation>Geen buurt van deze wijk heeft eigendomscijfers.</translation>
    </message>
    <message>
        <source>No buurt within {far} m has figures, so there is nothing to draw.</source>
        <translation>Geen buurt binnen {far} m heeft cijfers, dus er valt niets te tekenen.</translation>
    </message>
    <message>
        <source>No change</source>
        <translation>Geen verandering</translation>
    </message>
    <message>
        <source>No class: fewer than two blocks</source>
        <translation>Geen klasse: minder dan twee blokken</translation>
    </message>
    <message>
        <source>No differing goals between the parties recorded.</source>
        <translation>Geen verschil tussen doelen van partijen vastgelegd.</translation>
    </message>
    <message>
        <source>No entry fits. Search for less, or choose all domains, scales and actors.</source>
        <translation>Geen onderdeel past. Zoek op minder, of kies alle domeinen, schaalniveaus en actoren.</translation>
    </message>
    <message>
        <source>No figures, not tested</source>
        <translation>Geen cijfers, niet getoetst</translation>
    </message>
    <message>
        <source>No figures</source>
        <translation>Geen cijfers</translation>
    </message>
    <message>
        <source>No flag differs.</source>
        <translation>Geen enkele vlag verschilt.</translation>
    </message>
    <message>
        <source>No instrument refers to it.</source>
        <translation>Geen enkel instrument verwijst ernaar.</translation>
    </message>
    <message>
        <source>No losses, no gains.</source>
        <translation>Geen verlies, geen winst.</translation>
    </message>
    <message>
        <source>No neighbour with a value.</source>
        <translation>Geen buur met een waarde.</translation>
    </message>
    <message>
        <source>No occupied dwellings are demolished.</source>
        <translation>Er worden geen bewoonde woningen gesloopt.</translation>
    </message>
    <message>
        <source>No record of the conditions to compare.</source>
        <translation>Geen vastgelegde voorwaarden om te vergelijken.</translation>
    </message>
    <message>
        <source>No significant cluster</source>
        <translation>Geen significante cluster</translation>
    </message>
    <message>
        <source>None that can change a flag.</source>
        <translation>Geen die een vlag kunnen veranderen.</translation>
    </message>
    <message>
        <source>None.</source>
        <translation>Geen.</translation>
    </message>
    <message>
        <source>None: the label looks at p</source>
        <translation>Geen: het label kijkt naar p</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Geen</translation>
    </message>
    <message>
        <source>Not kept, because it was too long ({name}): {text}</source>
        <translation>Niet bewaard, want te lang ({name}): {text}</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Opmerking</translation>
    </message>
    <message>
        <source>Nothing worked out yet: enter actions and press Work out.</source>
        <translation>Nog niets doorgerekend: voer acties in en druk op Doorrekenen.</translation>
    </message>
    <message>
        <source>Number of areas at this level</source>
        <translation>Aantal gebieden op dit niveau</translation>
    </message>
    <message>
        <source>Number of blocks</source>
        <translation>Aantal blokken</translation>
    </message>
    <message>
        <source>Number of buurten</source>
        <translation>Aantal buurten</translation>
    </message>
    <message>
        <source>Number of neighbours</source>
        <translation>Aantal buren</translation>
    </message>
    <message>
        <source>Number of panden</source>
        <translation>Aantal panden</translation>
    </message>
    <message>
        <source>Number of units</source>
        <translation>Aantal eenheden</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>Aantal</translation>
    </message>
    <message>
        <source>Numbers of dwellings, households or people per group, not percentages: for example n_koop, n_corp and n_overig. A unit with an empty count is left out.</source>
        <translation>Aantallen woningen, huishoudens of mensen per groep, geen percentages: bijvoorbeeld n_koop, n_corp en n_overig. Een eenheid met een leeg aantal valt af.</translation>
    </message>
    <message>
        <source>Numbers of dwellings, with commas between; usual are 12, 25, 50, 100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200.</source>
        <translation>Aantallen woningen, met komma's ertussen; gebruikelijk zijn 12, 25, 50, 100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200.</translation>
    </message>
    <message>
        <source>Occupied</source>
        <translation>Bewoond</translation>
    </message>
    <message>
        <source>Of the area of the buurt. With less there is no share. The limit is an assumption.</source>
        <translation>Van de oppervlakte van de buurt. Bij minder is er geen aandeel. De grens is een aanname.</translation>
    </message>
    <message>
        <source>Of the bootstrap or the random allocation.</source>
        <translation>Van de bootstrap of de willekeurige verdeling.</translation>
    </message>
    <message>
        <source>Of the same year of buurten as the layer.</source>
        <translation>Van hetzelfde buurtenjaar als de laag.</translation>
    </message>
    <message>
        <source>Official number of dwellings (field of the areas)</source>
        <translation>Officieel aantal woningen (veld van de gebieden)</translation>
    </message>
    <message>
        <source>Official number of dwellings</source>
        <translation>Officieel aantal woningen</translation>
    </message>
    <message>
        <source>Older than 12 months, may have changed.</source>
        <translation>Ouder dan 12 maanden, kan gewijzigd zijn.</translation>
    </message>
    <message>
        <source>One of the groups. Empty: corporation rental where there is such a field, against the first other group.</source>
        <translation>Een van de groepen. Leeg: corporatiehuur waar zo'n veld is, tegen de eerste andere groep.</translation>
    </message>
    <message>
        <source>One of the two has no record of its run, so its settings cannot be compared.</source>
        <translation>Een van beide heeft geen verslag van de berekening, dus de instellingen zijn niet te vergelijken.</translation>
    </message>
    <message>
        <source>One row per dwelling.</source>
        <translation>Eén rij per woning.</translation>
    </message>
    <message>
        <source>One row per unit (buurt, block, square), with counts.</source>
        <translation>Eén rij per eenheid (buurt, blok, vierkant), met aantallen.</translation>
    </message>
    <message>
        <source>One-sided wijk (diversity below {limit})</source>
        <translation>Eenzijdige wijk (diversiteit onder {limit})</translation>
    </message>
    <message>
        <source>One-sided: diversity of the wijk below (assumption)</source>
        <translation>Eenzijdig: diversiteit van de wijk onder (aanname)</translation>
    </message>
    <message>
        <source>Only inside an area that is officially designated under the Wbmgp. WijkMix never derives one from figures.</source>
        <translation>Alleen in een gebied dat officieel is aangewezen op grond van de Wbmgp. WijkMix leidt zo'n gebied nooit af uit cijfers.</translation>
    </message>
    <message>
        <source>Only with what the field flag_companions names</source>
        <translation>Alleen samen met wat in het veld flag_companions staat</translation>
    </message>
    <message>
        <source>Open the report</source>
        <translation>Rapport openen</translation>
    </message>
    <message>
        <source>Origin of the scan</source>
        <translation>Herkomst van de scan</translation>
    </message>
    <message>
        <source>Other figures</source>
        <translation>Overige cijfers</translation>
    </message>
    <message>
        <source>Other outcome, candidate in neither: {n}</source>
        <translation>Andere uitkomst, in geen van beide kandidaat: {n}</translation>
    </message>
    <message>
        <source>Other rental {limit}% or more</source>
        <translation>Overige huur {limit}% of meer</translation>
    </message>
    <message>
        <source>Other rental</source>
        <translation>Overige huur</translation>
    </message>
    <message>
        <source>Otherwise a unit without neighbours is not tested.</source>
        <translation>Anders wordt een eenheid zonder buren niet getoetst.</translation>
    </message>
    <message>
        <source>Overrides thresholds of the flags, which are assumptions, for example {&quot;lq_high&quot;: 1.8}.</source>
        <translation>Vervangt drempels van de vlaggen; dat zijn aannames. Bijvoorbeeld {&quot;lq_high&quot;: 1.8}.</translation>
    </message>
    <message>
        <source>Overview of the goals</source>
        <translation>Overzicht van de doelen</translation>
    </message>
    <message>
        <source>Overview: {n} of {total} answered</source>
        <translation>Overzicht: {n} van {total} beantwoord</translation>
    </message>
    <message>
        <source>Own catalogue (JSON)…</source>
        <translation>Eigen catalogus (JSON)…</translation>
    </message>
    <message>
        <source>Own catalogue and designated areas</source>
        <translation>Eigen catalogus en aangewezen gebieden</translation>
    </message>
    <message>
        <source>Own catalogue</source>
        <translation>Eigen catalogus</translation>
    </message>
    <message>
        <source>Own column mapping (JSON)</source>
        <translation>Eigen kolomtoewijzing (JSON)</translation>
    </message>
    <message>
        <source>Own thresholds (JSON file)</source>
        <translation>Eigen drempels (JSON-bestand)</translation>
    </message>
    <message>
        <source>Own value {own}, mean of its neighbours {mean}</source>
        <translation>Eigen waarde {own}, gemiddelde van de buren {mean}</translation>
    </message>
    <message>
        <source>Owner values and their classes (JSON)</source>
        <translation>Waarden van de eigenaar en hun klassen (JSON)</translation>
    </message>
    <message>
        <source>Owner-occupied {limit}% or more</source>
        <translation>Koop {limit}% of meer</translation>
    </message>
    <message>
        <source>Owner-occupied</source>
        <translation>Koop</translation>
    </message>
    <message>
        <source>Owner</source>
        <translation>Eigenaar</translation>
    </message>
    <message>
        <source>Ownership unknown (not in the shares)</source>
        <translation>Eigendom onbekend (niet in de aandelen)</translation>
    </message>
    <message>
        <source>Ownership unknown</source>
        <translation>Eigendom onbekend</translation>
    </message>
    <message>
        <source>PDOK, or another host, OGC API Features or WFS with the same fields; {year} in the address stands for the year.</source>
        <translation>PDOK, of een andere host, OGC API Features of WFS met dezelfde velden; {year} in het adres staat voor het jaar.</translation>
    </message>
    <message>
        <source>Page {n} of {pages}</source>
        <translation>Pagina {n} van {pages}</translation>
    </message>
    <message>
        <source>Pairs of losses and gains</source>
        <translation>Paren van verlies en winst</translation>
    </message>
    <message>
        <source>Panden (polygons)</source>
        <translation>Panden (vlakken)</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Instellingen</translation>
    </message>
    <message>
        <source>Part of the dissimilarity: {group}</source>
        <translation>Deel van de dissimilariteit: {group}</translation>
    </message>
    <message>
        <source>Part of the dwellings (0-1)</source>
        <translation>Deel van de woningen (0-1)</translation>
    </message>
    <message>
        <source>Part that composition explains</source>
        <translation>Deel dat de samenstelling verklaart</translation>
    </message>
    <message>
        <source>Part that unevenness explains</source>
        <translation>Deel dat de ongelijke spreiding verklaart</translation>
    </message>
    <message>
        <source>Party</source>
        <translation>Partij</translation>
    </message>
    <message>
        <source>Patch: the dwellings in touching blocks in which the same tenure holds that share (assumption), around the average dwelling; an en dash: no block has such a tenure.</source>
        <translation>Vlek: de woningen in aangrenzende blokken waarin dezelfde eigendomsvorm dat aandeel haalt (aanname), rond de gemiddelde woning; een streepje: geen blok heeft zo'n eigendomsvorm.</translation>
    </message>
    <message>
        <source>Permutations of the local Moran</source>
        <translation>Permutaties van de lokale Moran</translation>
    </message>
    <message>
        <source>Permutations</source>
        <translation>Permutaties</translation>
    </message>
    <message>
        <source>Pick a buurt on the map</source>
        <translation>Een buurt aanwijzen op de kaart</translation>
    </message>
    <message>
        <source>Pick a unit on the map</source>
        <translation>Een eenheid aanwijzen op de kaart</translation>
    </message>
    <message>
        <source>Plan inventory (polygons or points)</source>
        <translation>Planinventarisatie (vlakken of punten)</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>Plan</translation>
    </message>
    <message>
        <source>Plans with their number of dwellings. A plan that lies in several buurten is divided by area (assumption). A buurt without a plan has a capacity of 0, in a gemeente that has a plan; in another gemeente it is unknown (assumption).</source>
        <translation>Plannen met hun aantal woningen. Een plan dat in meer buurten ligt, wordt naar oppervlakte verdeeld (aanname). Een buurt zonder plan heeft bouwcapaciteit 0 als haar gemeente wel een plan heeft; in een andere gemeente is ze onbekend (aanname).</translation>
    </message>
    <message>
        <source>Polygons with the same code are one area. Empty: each is an area by itself.</source>
        <translation>Vlakken met dezelfde code zijn één gebied. Leeg: elk vlak is een gebied.</translation>
    </message>
    <message>
        <source>Polygons with the same code are one parent. Empty: wijk_code or wijkcode.</source>
        <translation>Vlakken met dezelfde code zijn één oudergebied. Leeg: wijk_code of wijkcode.</translation>
    </message>
    <message>
        <source>Polygons, points or a table with fields named as the indicators: div_tenure, lq_corp, moran_corp, dw_per_ha and others.</source>
        <translation>Vlakken, punten of een tabel met velden die heten als de indicatoren: div_tenure, lq_corp, moran_corp, dw_per_ha en andere.</translation>
    </message>
    <message>
        <source>Prepare buurten (canonical table)</source>
        <translation>Buurten voorbereiden</translation>
    </message>
    <message>
        <source>Prevails from {limit}% (assumption)</source>
        <translation>Overheerst vanaf {limit}% (aanname)</translation>
    </message>
    <message>
        <source>Previous</source>
        <translation>Vorige</translation>
    </message>
    <message>
        <source>Print layout added: {name}</source>
        <translation>Afdruklay-out toegevoegd: {name}</translation>
    </message>
    <message>
        <source>Print layout…</source>
        <translation>Afdruklay-out…</translation>
    </message>
    <message>
        <source>Problem, means or end</source>
        <translation>Probleem, middel of doel</translation>
    </message>
    <message>
        <source>Profile over scales (table)</source>
        <translation>Profiel over schalen (tabel)</translation>
    </message>
    <message>
        <source>Profile over scales</source>
        <translation>Profiel over schalen</translation>
    </message>
    <message>
        <source>Progress of the scan</source>
        <translation>Voortgang van de scan</translation>
    </message>
    <message>
        <source>Progress of the scenario</source>
        <translation>Voortgang van het scenario</translation>
    </message>
    <message>
        <source>Provisional: some conditions unknown</source>
        <translation>Voorlopig: een deel van de voorwaarden is onbekend</translation>
    </message>
    <message>
        <source>Question or step</source>
        <translation>Vraag of stap</translation>
    </message>
    <message>
        <source>Question {n}: {name}</source>
        <translation>Vraag {n}: {name}</translation>
    </message>
    <message>
        <source>Quotients, medians and clusters compare with other buurten, so a flag can also change where nothing is built.</source>
        <translation>Quotiënten, medianen en clusters vergelijken met andere buurten; een vlag kan dus ook veranderen waar niets wordt gebouwd.</translation>
    </message>
    <message>
        <source>Radii in metres (empty = none)</source>
        <translation>Stralen in meters (leeg = geen)</translation>
    </message>
    <message>
        <source>Random draws of neighbours. The log says how many units would get another label with another seed, and when more draws are needed.</source>
        <translation>Willekeurige trekkingen van buren. Het logboek zegt hoeveel eenheden met een ander startgetal een ander label zouden krijgen, en wanneer meer trekkingen nodig zijn.</translation>
    </message>
    <message>
        <source>Random seed</source>
        <translation>Startgetal (seed)</translation>
    </message>
    <message>
        <source>Read an H below 0 as 0.</source>
        <translation>Lees een H onder 0 als 0.</translation>
    </message>
    <message>
        <source>Reason for data on origin and the like</source>
        <translation>Reden voor gegevens over herkomst en dergelijke</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Reden</translation>
    </message>
    <message>
        <source>Recognised as a whole; there is nothing to choose.</source>
        <translation>In zijn geheel herkend; er valt niets te kiezen.</translation>
    </message>
    <message>
        <source>Recognised by the names that CBS uses. Choose another column where yours has another name; the choice is remembered for layers with the same columns.</source>
        <translation>Herkend aan de namen die het CBS gebruikt. Kies een andere kolom waar die anders heet; de keuze wordt onthouden voor lagen met dezelfde kolommen.</translation>
    </message>
    <message>
        <source>Relative diversity of surroundings</source>
        <translation>Relatieve diversiteit van omgevingen</translation>
    </message>
    <message>
        <source>Remove from the list</source>
        <translation>Van de lijst halen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Verwijderen</translation>
    </message>
    <message>
        <source>Rental {limit}% or more</source>
        <translation>Huur {limit}% of meer</translation>
    </message>
    <message>
        <source>Rented</source>
        <translation>Huur</translation>
    </message>
    <message>
        <source>Replicates</source>
        <translation>Herhalingen</translation>
    </message>
    <message>
        <source>Report of</source>
        <translation>Rapport van</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Rapport</translation>
    </message>
    <message>
        <source>Report…</source>
        <translation>Rapport…</translation>
    </message>
    <message>
        <source>Restructuring stays in so many variants of the thresholds</source>
        <translation>Herstructurering blijft in zoveel varianten van de drempels</translation>
    </message>
    <message>
        <source>Restructuring: candidates for study</source>
        <translation>Herstructurering: kandidaten voor onderzoek</translation>
    </message>
    <message>
        <source>Result of the scenario</source>
        <translation>Uitkomst van het scenario</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Uitkomst</translation>
    </message>
    <message>
        <source>Role to field, for example {&quot;share_koop&quot;: &quot;koop_pct&quot;}; wins over what is recognised.</source>
        <translation>Rol naar veld, bijvoorbeeld {&quot;share_koop&quot;: &quot;koop_pct&quot;}; gaat boven wat wordt herkend.</translation>
    </message>
    <message>
        <source>Row</source>
        <translation>Rij</translation>
    </message>
    <message>
        <source>Rows not counted</source>
        <translation>Niet getelde rijen</translation>
    </message>
    <message>
        <source>Rule: {rule}</source>
        <translation>Regel: {rule}</translation>
    </message>
    <message>
        <source>Run scan…</source>
        <translation>Scannen…</translation>
    </message>
    <message>
        <source>Run the algorithm Segregation indices with bandwidths, and its table is drawn here: how far does segregation reach?</source>
        <translation>Voer het algoritme Segregatie-indices uit met bandbreedten, en de tabel wordt hier getekend: hoe ver reikt segregatie?</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Uitvoeren</translation>
    </message>
    <message>
        <source>Save as HTML…</source>
        <translation>Opslaan als HTML…</translation>
    </message>
    <message>
        <source>Save as PDF…</source>
        <translation>Opslaan als PDF…</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>Rapport opslaan</translation>
    </message>
    <message>
        <source>Says of every buurt whether it is a candidate for further study (restructuring, densification, land acquisition), with every condition, its value and its threshold, and in how many variants the flag stays when the thresholds move by 20 per cent (4/6: in four of the six that can be evaluated with the figures of that buurt). Thresholds are assumptions; a missing column makes a condition unknown, never false. The input is a table with indicators, such as the output of the scan; add columns of your own (free_capacity, owner_public, owner_market, share_earlypostwar, share_poor_label, condition_flag) to answer more conditions. Only fields that WijkMix knows are kept. Medians of a gemeente come from the rows of this input.</source>
        <translation>Zegt van elke buurt of ze kandidaat is voor nader onderzoek (herstructurering, verdichting, grondverwerving), met elke voorwaarde, de waarde en de drempel, en in hoeveel varianten de vlag blijft als de drempels 20 procent verschuiven (4/6: in vier van de zes die met de cijfers van die buurt te berekenen zijn). Drempels zijn aannames; een ontbrekende kolom maakt een voorwaarde onbekend, nooit onwaar. De invoer is een tabel met indicatoren, zoals de uitvoer van de scan; voeg eigen kolommen toe (free_capacity, owner_public, owner_market, share_earlypostwar, share_poor_label, condition_flag) om meer voorwaarden te beantwoorden. Alleen velden die WijkMix kent, blijven bewaard. Medianen van een gemeente komen uit de rijen van deze invoer.</translation>
    </message>
    <message>
        <source>Scale (metres or dwellings)</source>
        <translation>Schaal (meters of woningen)</translation>
    </message>
    <message>
        <source>Scale in the source</source>
        <translation>Schaalniveau in de bron</translation>
    </message>
    <message>
        <source>Scale of the mix</source>
        <translation>Schaal van de menging</translation>
    </message>
    <message>
        <source>Scale spectrum (table)</source>
        <translation>Schaalspectrum (tabel)</translation>
    </message>
    <message>
        <source>Scale spectrum</source>
        <translation>Schaalspectrum</translation>
    </message>
    <message>
        <source>Scale</source>
        <translation>Schaal</translation>
    </message>
    <message>
        <source>Scan a layer of CBS buurten; takes seconds, in the background</source>
        <translation>Scan een laag met CBS-buurten; duurt seconden, op de achtergrond</translation>
    </message>
    <message>
        <source>Scan layer</source>
        <translation>Scanlaag</translation>
    </message>
    <message>
        <source>Scan ready: {n} buurten, {used} with usable figures. Candidates, provisional ones included: restructuring {a}, densification {b}, land acquisition {c}.</source>
        <translation>Scan klaar: {n} buurten, {used} met bruikbare cijfers. Kandidaten, ook voorlopige: herstructurering {a}, verdichting {b}, grondverwerving {c}.</translation>
    </message>
    <message>
        <source>Scan the tenure mix (main job)</source>
        <translation>Menging scannen (hoofdtaak)</translation>
    </message>
    <message>
        <source>Scan</source>
        <translation>Scan</translation>
    </message>
    <message>
        <source>Scenario</source>
        <translation>Scenario</translation>
    </message>
    <message>
        <source>Scores are put beside the buurten and make no flag by themselves. The total holds figures on the housing stock: a rule on tenure that rests on it partly measures itself.</source>
        <translation>De scores komen naast de buurten te staan en maken zelf geen vlag. Het totaal bevat cijfers over de woningvoorraad: een regel over eigendom die erop rust, meet deels zichzelf.</translation>
    </message>
    <message>
        <source>Scores to add (fields)</source>
        <translation>Toe te voegen scores (velden)</translation>
    </message>
    <message>
        <source>Search all words</source>
        <translation>Zoeken op woorden</translation>
    </message>
    <message>
        <source>Search the instruments</source>
        <translation>Zoeken in de instrumenten</translation>
    </message>
    <message>
        <source>Second area</source>
        <translation>Tweede gebied</translation>
    </message>
    <message>
        <source>Second field</source>
        <translation>Tweede veld</translation>
    </message>
    <message>
        <source>Second less first</source>
        <translation>Tweede min eerste</translation>
    </message>
    <message>
        <source>Second year</source>
        <translation>Tweede jaar</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startgetal</translation>
    </message>
    <message>
        <source>Segment</source>
        <translation>Segment</translation>
    </message>
    <message>
        <source>Segments and their tenure (JSON)</source>
        <translation>Segmenten en hun eigendomsklasse (JSON)</translation>
    </message>
    <message>
        <source>Segments and their tenure</source>
        <translation>Segmenten en hun eigendom</translation>
    </message>
    <message>
        <source>Segregation indices (table)</source>
        <translation>Segregatie-indices (tabel)</translation>
    </message>
    <message>
        <source>Segregation indices per area</source>
        <translation>Segregatie-indices per gebied</translation>
    </message>
    <message>
        <source>Segregation indices</source>
        <translation>Segregatie-indices</translation>
    </message>
    <message>
        <source>Select a buurt first, or choose All entries above.</source>
        <translation>Kies eerst een buurt, of kies hierboven Alle onderdelen.</translation>
    </message>
    <message>
        <source>Select on the map: {label}</source>
        <translation>Op de kaart selecteren: {label}</translation>
    </message>
    <message>
        <source>Separated by commas, for example 250, 500, 1000, 2000. How far the surroundings of a unit reach; measured from a point inside it.</source>
        <translation>Gescheiden door komma's, bijvoorbeeld 250, 500, 1000, 2000. Hoe ver de omgeving van een eenheid reikt; gemeten vanaf een punt binnenin.</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>Settings that differ</source>
        <translation>Instellingen die verschillen</translation>
    </message>
    <message>
        <source>Share in the first year (%)</source>
        <translation>Aandeel in het eerste jaar (%)</translation>
    </message>
    <message>
        <source>Share in the second year (%)</source>
        <translation>Aandeel in het tweede jaar (%)</translation>
    </message>
    <message>
        <source>Share of the area&apos;s diversity (0-1)</source>
        <translation>Deel van de diversiteit van het gebied (0-1)</translation>
    </message>
    <message>
        <source>Share of the {scale} nearest dwellings (%): {group}</source>
        <translation>Aandeel in de {scale} dichtstbijzijnde woningen (%): {group}</translation>
    </message>
    <message>
        <source>Share rental (%)</source>
        <translation>Aandeel huur (%)</translation>
    </message>
    <message>
        <source>Share within {scale} m (%): {group}</source>
        <translation>Aandeel binnen {scale} m (%): {group}</translation>
    </message>
    <message>
        <source>Sheet {n} of 2</source>
        <translation>Blad {n} van 2</translation>
    </message>
    <message>
        <source>Show neighbours on the map</source>
        <translation>Buren op de kaart tonen</translation>
    </message>
    <message>
        <source>Shows where high values lie among high ones (HH), low among low (LL), and where a unit differs from its surroundings (HL, LH), as far as that is more than chance. The p-value comes from random draws of neighbours, and q corrects it for the number of units tested. Units without a value and units without neighbours are named, not tested, and count in nobody&apos;s surroundings.</source>
        <translation>Laat zien waar hoge waarden tussen hoge liggen (HH), lage tussen lage (LL), en waar een eenheid van haar omgeving verschilt (HL, LH), voor zover dat meer is dan toeval. De p-waarde komt uit willekeurige trekkingen van buren, en q corrigeert haar voor het aantal getoetste eenheden. Eenheden zonder waarde en eenheden zonder buren worden genoemd, niet getoetst, en tellen in niemands omgeving mee.</translation>
    </message>
    <message>
        <source>Shows where the housing-tenure mix is uneven, which buurten are candidates for further study and why, and which instruments match. Give it a layer of CBS buurten as published; the columns are recognised. A flag is a reason to look closer, never a judgement about people or a ranking.</source>
        <translation>Toont waar de menging van eigendomsvormen ongelijk is, welke buurten kandidaat zijn voor nader onderzoek en waarom, en welke instrumenten passen. Geef een laag met CBS-buurten zoals gepubliceerd; de kolommen worden herkend. Een vlag is een reden om beter te kijken, nooit een oordeel over mensen of een ranglijst.</translation>
    </message>
    <message>
        <source>Shuffled for chance</source>
        <translation>Geschud voor toeval</translation>
    </message>
    <message>
        <source>Shuffled</source>
        <translation>Geschud</translation>
    </message>
    <message>
        <source>Shuffles</source>
        <translation>Aantal keren schudden</translation>
    </message>
    <message>
        <source>Significance level (after FDR correction)</source>
        <translation>Significantieniveau (na FDR-correctie)</translation>
    </message>
    <message>
        <source>Significance level</source>
        <translation>Significantieniveau</translation>
    </message>
    <message>
        <source>Size of the uniform patch (dwellings)</source>
        <translation>Omvang van de eenvormige vlek (woningen)</translation>
    </message>
    <message>
        <source>Size of the uniform patch, tenure dominant from {share}%</source>
        <translation>Omvang van de eenvormige vlek, eigendomsvorm overheerst vanaf {share}%</translation>
    </message>
    <message>
        <source>Smaller blocks show no counts; the default is an assumption.</source>
        <translation>Kleinere blokken laten geen aantallen zien; de standaardwaarde is een aanname.</translation>
    </message>
    <message>
        <source>Smallest radius in which no class holds 80% (m)</source>
        <translation>Kleinste straal waarbinnen geen klasse 80% heeft (m)</translation>
    </message>
    <message>
        <source>Smallest swap (lower bound)</source>
        <translation>Kleinste ruil (ondergrens)</translation>
    </message>
    <message>
        <source>Smallest swap: lower bound, not a plan</source>
        <translation>Kleinste ruil: ondergrens, geen plan</translation>
    </message>
    <message>
        <source>Smallest swap</source>
        <translation>Kleinste ruil</translation>
    </message>
    <message>
        <source>Source of the data</source>
        <translation>Bron van de gegevens</translation>
    </message>
    <message>
        <source>Source: as in the layer {name}</source>
        <translation>Bron: zoals in de laag {name}</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Bron</translation>
    </message>
    <message>
        <source>Splits the diversity of every area over the levels inside it: how much is the difference between wijken, between buurten inside wijken, between blocks inside buurten, and how much is mixed inside the blocks (the row within). The shares of an area add up to 1. Theil&apos;s H, dissimilarity and the variance ratio stand beside them per level. Areas are summed from the units given. The numbers describe; there is no level that is best.</source>
        <translation>Verdeelt de diversiteit van elk gebied over de niveaus erbinnen: hoeveel is verschil tussen wijken, tussen buurten binnen wijken, tussen blokken binnen buurten, en hoeveel is gemengd binnen de blokken (de rij within). De delen van een gebied tellen op tot 1. Theils H, dissimilariteit en de variantieratio staan er per niveau naast. Gebieden worden opgeteld uit de gegeven eenheden. De cijfers beschrijven; er is geen beste niveau.</translation>
    </message>
    <message>
        <source>Squares of CBS, PC6 areas, complexes or addresses with tenure counts. They show whether a mixed wijk is mixed inside its blocks.</source>
        <translation>Vierkanten van het CBS, PC6-gebieden, complexen of adressen met aantallen per eigendomsvorm. Ze laten zien of een gemengde wijk gemengd is binnen de blokken.</translation>
    </message>
    <message>
        <source>Stadsdeel</source>
        <translation>Stadsdeel</translation>
    </message>
    <message>
        <source>Start of the measuring</source>
        <translation>Begin van het meten</translation>
    </message>
    <message>
        <source>Status of the plan (field)</source>
        <translation>Status van het plan (veld)</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>Statuses that count (comma-separated)</source>
        <translation>Statussen die meetellen (met komma's ertussen)</translation>
    </message>
    <message>
        <source>Steepest border of the block (0-1)</source>
        <translation>Scherpste grens van het blok (0-1)</translation>
    </message>
    <message>
        <source>Step {n}: {name}</source>
        <translation>Stap {n}: {name}</translation>
    </message>
    <message>
        <source>Stock (canonical buurten)</source>
        <translation>Voorraad (voorbereide buurten)</translation>
    </message>
    <message>
        <source>Stock per unit and year</source>
        <translation>Voorraad per eenheid en jaar</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stoppen</translation>
    </message>
    <message>
        <source>Streets (centre lines or areas of roads)</source>
        <translation>Straten (hartlijnen of wegvlakken)</translation>
    </message>
    <message>
        <source>Subject (assumption of WijkMix)</source>
        <translation>Onderwerp (aanname van WijkMix)</translation>
    </message>
    <message>
        <source>Summed from units minus official</source>
        <translation>Opgeteld uit eenheden min officieel</translation>
    </message>
    <message>
        <source>Surroundings profile</source>
        <translation>Omgevingsprofiel</translation>
    </message>
    <message>
        <source>Surroundings: radii in metres</source>
        <translation>Omgeving: stralen in meters</translation>
    </message>
    <message>
        <source>Surroundings</source>
        <translation>Omgeving</translation>
    </message>
    <message>
        <source>Table with key figures, joined by buurt code</source>
        <translation>Tabel met kerncijfers, gekoppeld op buurtcode</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>Tabel</translation>
    </message>
    <message>
        <source>Tells a mosaic of uniform blocks from a wijk that is mixed inside every block. The index is the diversity of the wijk minus the mean diversity of its blocks (0-1); small blocks are uniform by chance, so the mean of shuffled wijken is taken off. Also: the size of the uniform patch in which the average dwelling stands, the contrast at borders, and per block how much more mixed its surroundings are. The limits of the four classes are assumptions and can be changed. It describes; it does not say that a mosaic works.</source>
        <translation>Onderscheidt een mozaïek van homogene blokken van een wijk die binnen elk blok gemengd is. De index is de diversiteit van de wijk min de gemiddelde diversiteit van haar blokken (0-1); kleine blokken zijn door toeval eenvormig, dus gaat het gemiddelde van geschudde wijken eraf. Ook: de omvang van de eenvormige vlek waarin de gemiddelde woning staat, het contrast op grenzen, en per blok hoeveel gemengder de omgeving is. De grenzen van de vier klassen zijn aannames en kunnen worden gewijzigd. Het beschrijft; het zegt niet dat een mozaïek werkt.</translation>
    </message>
    <message>
        <source>Tenure (field)</source>
        <translation>Eigendom (veld)</translation>
    </message>
    <message>
        <source>Tenure is given as</source>
        <translation>Eigendom staat er als</translation>
    </message>
    <message>
        <source>Tenure mix</source>
        <translation>Menging</translation>
    </message>
    <message>
        <source>Tenure values and their classes (JSON)</source>
        <translation>Eigendomswaarden en hun klassen (JSON)</translation>
    </message>
    <message>
        <source>Tenure</source>
        <translation>Eigendom</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>Toets</translation>
    </message>
    <message>
        <source>Tested: {what} of this buurt and of its {n} neighbours</source>
        <translation>Getoetst: {what} van deze buurt en van haar {n} buren</translation>
    </message>
    <message>
        <source>Tests, balance, indices and flags</source>
        <translation>Toetsen, balans, indices en vlaggen</translation>
    </message>
    <message>
        <source>The Wbmgp holds only in areas that were officially designated, and only until the decision ends. WijkMix never derives such an area from figures: load the decision as polygons, with its end date. After that day the area no longer counts.</source>
        <translation>De Wbmgp geldt alleen in gebieden die officieel zijn aangewezen, en alleen tot het besluit eindigt. WijkMix leidt zo'n gebied nooit af uit cijfers: laad het besluit als vlakken, met de einddatum. Na die dag telt het gebied niet meer.</translation>
    </message>
    <message>
        <source>The algorithm wijkmix:scan is not there. Enable the plugins Processing and WijkMix in the plugin manager.</source>
        <translation>Het algoritme wijkmix:scan ontbreekt. Zet de plug-ins Processing en WijkMix aan via Plug-ins beheren en installeren.</translation>
    </message>
    <message>
        <source>The algorithm wijkmix:scenario is not there. Enable the plugins Processing and WijkMix in the plugin manager.</source>
        <translation>Het algoritme wijkmix:scenario ontbreekt. Zet de plug-ins Processing en WijkMix aan via Plug-ins beheren en installeren.</translation>
    </message>
    <message>
        <source>The catalogue of instruments cannot be read.</source>
        <translation>De catalogus met instrumenten is niet te lezen.</translation>
    </message>
    <message>
        <source>The code of the area, or of the address where addresses are given. Empty: by point; for a table, the field with the name of the area&apos;s code.</source>
        <translation>De code van het gebied, of van het adres als er adressen zijn gegeven. Leeg: op punt; bij een tabel het veld met de naam van de gebiedscode.</translation>
    </message>
    <message>
        <source>The code of the buurt or wijk, to see what its border hides. Empty: no areas.</source>
        <translation>De code van de buurt of wijk, om te zien wat de grens ervan verbergt. Leeg: geen gebieden.</translation>
    </message>
    <message>
        <source>The default is an assumption; the layer names it.</source>
        <translation>De standaardwaarde is een aanname; de laag noemt haar.</translation>
    </message>
    <message>
        <source>The defining conditions are met and none has failed, but some data are missing.</source>
        <translation>Aan de bepalende voorwaarden is voldaan en geen enkele faalt, maar er ontbreken gegevens.</translation>
    </message>
    <message>
        <source>The field of the addresses that the code refers to.</source>
        <translation>Het veld van de adressen waarnaar de code verwijst.</translation>
    </message>
    <message>
        <source>The field that says who owns or lets the dwelling.</source>
        <translation>Het veld dat zegt wie de woning bezit of verhuurt.</translation>
    </message>
    <message>
        <source>The finest units you have: CBS squares of 100 m, PC6 areas, blocks, complexes of a corporation, addresses. Squares and PC6 areas are a proxy for blocks.</source>
        <translation>De fijnste eenheden die u hebt: CBS-vierkanten van 100 m, PC6-gebieden, blokken, complexen van een corporatie, adressen. Vierkanten en PC6-gebieden staan bij benadering voor blokken.</translation>
    </message>
    <message>
        <source>The flags&apos; tenure conditions by block and street (JSON)</source>
        <translation>Eigendomsvoorwaarden van de vlaggen per blok en straat (JSON)</translation>
    </message>
    <message>
        <source>The goal in its own words</source>
        <translation>Het doel in eigen woorden</translation>
    </message>
    <message>
        <source>The indices of each group against the rest and of all groups in both areas, the difference with a bootstrap interval (95%), and its parts from composition and from unevenness, which add up to it. Not those of two groups, of land, neighbours and surroundings, and the bias-corrected D.</source>
        <translation>De indices van elke groep tegen de rest en van alle groepen in beide gebieden, het verschil met een bootstrapinterval (95%), en de delen daarvan door samenstelling en door ongelijkheid, die samen het verschil zijn. Niet die van twee groepen, van grond, buren en omgeving, en de gecorrigeerde D.</translation>
    </message>
    <message>
        <source>The instruments can be read without a scan, in their own tab.</source>
        <translation>De instrumenten zijn ook zonder scan te lezen, op hun eigen tabblad.</translation>
    </message>
    <message>
        <source>The layer has no record of the conditions.</source>
        <translation>De laag heeft geen verslag van de voorwaarden.</translation>
    </message>
    <message>
        <source>The layer is filtered: only the buurten that are left are drawn, and the line is theirs.</source>
        <translation>De laag is gefilterd: alleen de buurten die over zijn staan in de grafiek, en de lijn is die van hen.</translation>
    </message>
    <message>
        <source>The layer is filtered: what follows is about the buurten that are left.</source>
        <translation>De laag is gefilterd: wat volgt gaat over de buurten die over zijn.</translation>
    </message>
    <message>
        <source>The layer is filtered: wijk, gemeente and whole are summed over the buurten that are left.</source>
        <translation>De laag is gefilterd: wijk, gemeente en geheel zijn opgeteld over de buurten die over zijn.</translation>
    </message>
    <message>
        <source>The layer is not in metres; it is reprojected to RD New (EPSG:28992).</source>
        <translation>De laag is niet in meters en wordt omgezet naar RD New (EPSG:28992).</translation>
    </message>
    <message>
        <source>The layers of the run before it were taken out ({n}).</source>
        <translation>De lagen van de vorige run zijn weggehaald ({n}).</translation>
    </message>
    <message>
        <source>The nearest K</source>
        <translation>De dichtstbijzijnde K</translation>
    </message>
    <message>
        <source>The neighbours cannot be found: {reason}</source>
        <translation>De buren zijn niet te vinden: {reason}</translation>
    </message>
    <message>
        <source>The next run on this stock replaces these layers. They stay if you rename, edit or save one of them.</source>
        <translation>De volgende run op deze voorraad vervangt deze lagen. Ze blijven staan als u er een hernoemt, bewerkt of opslaat.</translation>
    </message>
    <message>
        <source>The number to look at; with a base: the count of cases.</source>
        <translation>Het getal waar het om gaat; met een basis: het aantal gevallen.</translation>
    </message>
    <message>
        <source>The origin of this layer is unknown.</source>
        <translation>De herkomst van deze laag is onbekend.</translation>
    </message>
    <message>
        <source>The reference area of each unit, for example its gemeente; empty: all units together.</source>
        <translation>Het referentiegebied van elke eenheid, bijvoorbeeld de gemeente; leeg: alle eenheden samen.</translation>
    </message>
    <message>
        <source>The reference area of location quotients and of the local divergence.</source>
        <translation>Het referentiegebied van locatiequotiënten en van de lokale afwijking.</translation>
    </message>
    <message>
        <source>The report was stopped; nothing was made.</source>
        <translation>Het rapport is gestopt; er is niets gemaakt.</translation>
    </message>
    <message>
        <source>The rest stays at its default: 99,999 permutations, two-sided, FDR at 0.05, all thresholds as in the catalogue. The result is a temporary layer group.</source>
        <translation>De rest blijft standaard: 99.999 permutaties, tweezijdig, FDR op 0,05, alle drempels zoals in de catalogus. Het resultaat is een groep tijdelijke lagen.</translation>
    </message>
    <message>
        <source>The rule used is not recorded with this layer.</source>
        <translation>De gebruikte regel staat niet bij deze laag.</translation>
    </message>
    <message>
        <source>The run failed unexpectedly: {reason}. See the log messages, tab WijkMix.</source>
        <translation>De berekening is onverwacht mislukt: {reason}. Zie Logboekmeldingen, tabblad WijkMix.</translation>
    </message>
    <message>
        <source>The run was stopped; nothing was added.</source>
        <translation>De berekening is gestopt; er is niets toegevoegd.</translation>
    </message>
    <message>
        <source>The same at other scales (what follows from tenure alone)</source>
        <translation>Hetzelfde op andere schalen (wat uit de eigendomsvorm alleen volgt)</translation>
    </message>
    <message>
        <source>The same index at every scale: {area}</source>
        <translation>Dezelfde index op elke schaal: {area}</translation>
    </message>
    <message>
        <source>The same seed gives the same numbers, to the last digit.</source>
        <translation>Hetzelfde startgetal geeft dezelfde cijfers, tot de laatste decimaal.</translation>
    </message>
    <message>
        <source>The same seed gives the same result.</source>
        <translation>Hetzelfde startgetal geeft hetzelfde resultaat.</translation>
    </message>
    <message>
        <source>The same values with a column per index, to join to a layer of the areas.</source>
        <translation>Dezelfde waarden met een kolom per index, om aan een laag van de gebieden te koppelen.</translation>
    </message>
    <message>
        <source>The scan above</source>
        <translation>De scan hierboven</translation>
    </message>
    <message>
        <source>The scan failed; see the log messages.</source>
        <translation>De scan is mislukt; zie Logboekmeldingen.</translation>
    </message>
    <message>
        <source>The scan that is shown</source>
        <translation>De scan die wordt getoond</translation>
    </message>
    <message>
        <source>The selected instrument</source>
        <translation>Het gekozen instrument</translation>
    </message>
    <message>
        <source>The size of uniform patches needs blocks that are polygons; these are points.</source>
        <translation>De omvang van eenvormige vlekken vraagt blokken die vlakken zijn; dit zijn punten.</translation>
    </message>
    <message>
        <source>The smallest circle in which no tenure holds {limit} (assumption) has a radius of {radius} m.</source>
        <translation>De kleinste cirkel waarin geen eigendomsvorm {limit} haalt (aanname), heeft een straal van {radius} m.</translation>
    </message>
    <message>
        <source>The spectrum of the gemeente is in the table of segregation indices, which is not in the project: add it from the results of the scan, or run it again.</source>
        <translation>Het spectrum van de gemeente staat in de tabel met segregatie-indices, die niet in het project zit: voeg die toe uit de resultaten van de scan, of scan opnieuw.</translation>
    </message>
    <message>
        <source>The surroundings cannot be drawn: this buurt has no shape, or the layer is not in metres. Run the scan on polygons; its result is in metres.</source>
        <translation>De omgeving is niet te tekenen: deze buurt heeft geen vlak, of de laag is niet in meters. Scan een laag met vlakken; het resultaat is in meters.</translation>
    </message>
    <message>
        <source>The table lacks the columns {absent}. It needs: {wanted}.</source>
        <translation>De tabel mist de kolommen {absent}. Nodig zijn: {wanted}.</translation>
    </message>
    <message>
        <source>The tenure figures of this buurt are not published (suppressed).</source>
        <translation>De eigendomscijfers van deze buurt zijn niet gepubliceerd (geheim of onbetrouwbaar).</translation>
    </message>
    <message>
        <source>The test used {n} neighbours. The list shows those in the layer as it is now; another choice of neighbours, a filter or an edit makes the difference.</source>
        <translation>De toets gebruikte {n} buren. De lijst toont die in de laag zoals die nu is; een andere keuze van buren, een filter of een bewerking maakt het verschil.</translation>
    </message>
    <message>
        <source>The two-sided p is twice the directed one; use it to conclude.</source>
        <translation>De tweezijdige p is tweemaal de gerichte; gebruik die om te concluderen.</translation>
    </message>
    <message>
        <source>The unit itself always counts in full.</source>
        <translation>De eenheid zelf telt altijd volledig mee.</translation>
    </message>
    <message>
        <source>The whole scan</source>
        <translation>De hele scan</translation>
    </message>
    <message>
        <source>The worklist was not written; what was there is unchanged. {reason}</source>
        <translation>De werklijst is niet geschreven; wat er stond, is niet veranderd. {reason}</translation>
    </message>
    <message>
        <source>The year of the figures and of the boundaries.</source>
        <translation>Het jaar van de cijfers en van de grenzen.</translation>
    </message>
    <message>
        <source>The year that the scores are of, not that of publication.</source>
        <translation>Het jaar waarover de scores gaan, niet dat van publicatie.</translation>
    </message>
    <message>
        <source>Theil&apos;s H of blocks within the wijk</source>
        <translation>Theils H van blokken binnen de wijk</translation>
    </message>
    <message>
        <source>Theil&apos;s H of buurten within the wijk</source>
        <translation>Theils H van buurten binnen de wijk</translation>
    </message>
    <message>
        <source>Theil&apos;s H of surroundings</source>
        <translation>Theils H van omgevingen</translation>
    </message>
    <message>
        <source>Theil&apos;s H</source>
        <translation>Theils H</translation>
    </message>
    <message>
        <source>There is no buurt of this scan at that point.</source>
        <translation>Op dat punt ligt geen buurt van deze scan.</translation>
    </message>
    <message>
        <source>There is no local Moran to draw. Run a scan, or the algorithm Local Moran clusters of the toolbox.</source>
        <translation>Er is geen lokale Moran om te tekenen. Voer een scan uit, of het algoritme Lokale Moran-clusters uit de Toolbox.</translation>
    </message>
    <message>
        <source>There is no scan in this project yet.</source>
        <translation>Er is nog geen scan in dit project.</translation>
    </message>
    <message>
        <source>There is no scan in this project: run one first, it is the stock.</source>
        <translation>Er is geen scan in dit project: voer er eerst een uit, die is de voorraad.</translation>
    </message>
    <message>
        <source>There is no scan to report on.</source>
        <translation>Er is geen scan om over te rapporteren.</translation>
    </message>
    <message>
        <source>There is nothing to draw.</source>
        <translation>Er is niets te tekenen.</translation>
    </message>
    <message>
        <source>This area is water.</source>
        <translation>Dit gebied is water.</translation>
    </message>
    <message>
        <source>This buurt has no code of a wijk, so there is no wijk to split. Give the layer a field with the code of the wijk.</source>
        <translation>Deze buurt heeft geen wijkcode, dus er is geen wijk om uit te splitsen. Geef de laag een veld met de wijkcode.</translation>
    </message>
    <message>
        <source>This buurt has no dwellings.</source>
        <translation>Deze buurt heeft geen woningen.</translation>
    </message>
    <message>
        <source>This buurt has no homes or no usable figures.</source>
        <translation>Deze buurt heeft geen woningen of geen bruikbare cijfers.</translation>
    </message>
    <message>
        <source>This entry matches no buurt here and cannot be chosen; it is here to read.</source>
        <translation>Dit onderdeel past hier bij geen buurt en is niet te kiezen; het staat er om te lezen.</translation>
    </message>
    <message>
        <source>This index has no value here. Choose another area or index.</source>
        <translation>Deze index heeft hier geen waarde. Kies een ander gebied of een andere index.</translation>
    </message>
    <message>
        <source>This scan had blocks, but its table of wijken is not in the project: add it from the results of the scan, or run the scan again.</source>
        <translation>Deze scan had blokken, maar de tabel met wijken zit niet in het project: voeg die toe uit de resultaten van de scan, of scan opnieuw.</translation>
    </message>
    <message>
        <source>This scan layer shows no buurten: it is empty or filtered to nothing.</source>
        <translation>Deze scanlaag toont geen buurten: ze is leeg of alles is weggefilterd.</translation>
    </message>
    <message>
        <source>This wijk is hardly mixed (diversity below {limit}): there is next to nothing to divide over levels.</source>
        <translation>Deze wijk is nauwelijks gemengd (diversiteit onder {limit}): er valt bijna niets over niveaus te verdelen.</translation>
    </message>
    <message>
        <source>Thresholds (all of them assumptions)</source>
        <translation>Drempels (allemaal aannames)</translation>
    </message>
    <message>
        <source>Tolerance in metres</source>
        <translation>Tolerantie in meters</translation>
    </message>
    <message>
        <source>Too long, and not in the project yet: {names}. The text stands in its field; shorten it there.</source>
        <translation>Te lang, en nog niet in het project: {names}. De tekst staat in het veld; kort die daar in.</translation>
    </message>
    <message>
        <source>Total (field)</source>
        <translation>Totaal (veld)</translation>
    </message>
    <message>
        <source>Total count</source>
        <translation>Totaal aantal</translation>
    </message>
    <message>
        <source>Total: field with counts</source>
        <translation>Totaal: veld met aantallen</translation>
    </message>
    <message>
        <source>Treated areas</source>
        <translation>Behandelde gebieden</translation>
    </message>
    <message>
        <source>True for the buurten that your own policy calls vulnerable, or a list of their codes (BU…, WK…, GM…). Left empty, WijkMix uses the share of low-income households as a stand-in where the layer has it. That is an assumption and is labelled so; without it, vulnerability is unknown.</source>
        <translation>Waar voor de buurten die uw eigen beleid kwetsbaar noemt, of een lijst van hun codes (BU…, WK…, GM…). Laat u dit leeg, dan neemt WijkMix het aandeel huishoudens met een laag inkomen als benadering, als de laag dat heeft. Dat is een aanname en staat er zo bij; zonder is de kwetsbaarheid onbekend.</translation>
    </message>
    <message>
        <source>True for the buurten that your own policy calls vulnerable; or a list of their codes, or of wijken or gemeenten (BU…, WK…, GM…). Empty: a field named vulnerable, else a low-income proxy where the layer has the column, labelled as an assumption, else unknown.</source>
        <translation>Waar voor de buurten die uw eigen beleid kwetsbaar noemt; of een lijst van hun codes, of van wijken of gemeenten (BU…, WK…, GM…). Leeg: een veld met de naam vulnerable, anders een benadering met lage inkomens als de laag die kolom heeft (gelabeld als aanname), anders onbekend.</translation>
    </message>
    <message>
        <source>Turns a CBS buurten layer into one table with dwelling counts per tenure, whatever the year and the spelling of its columns: the maps of 2013 to 2025, StatLine (OData 3 and 4), the KWB workbook, squares and postcodes. Missing codes become NULL, percentages become counts, and the field quality says per row what was not used and why.</source>
        <translation>Maakt van een laag met CBS-buurten één tabel met aantallen woningen per eigendomsvorm, welk jaar het ook is en hoe de kolommen ook heten: de kaarten van 2013 tot en met 2025, StatLine (OData 3 en 4), de KWB-werkmap, vierkanten en postcodes. Codes voor ontbrekend worden NULL, percentages worden aantallen, en het veld quality zegt per rij wat niet is gebruikt en waarom.</translation>
    </message>
    <message>
        <source>Two areas to compare</source>
        <translation>Twee gebieden om te vergelijken</translation>
    </message>
    <message>
        <source>Two classes: this table knows owner-occupied and rented only. Corporation and private rental cannot be told apart.</source>
        <translation>Twee klassen: deze tabel kent alleen koop en huur. Corporatiehuur en particuliere huur zijn niet te onderscheiden.</translation>
    </message>
    <message>
        <source>Two scans are needed to compare.</source>
        <translation>Vergelijken vraagt twee scans.</translation>
    </message>
    <message>
        <source>Two values of the areas field with a comma (or semicolon) between, for example GM0599, GM0363: from the first to the second. Choose an output for the difference too.</source>
        <translation>Twee waarden van het gebiedsveld met een komma (of puntkomma) ertussen, bijvoorbeeld GM0599, GM0363: van het eerste naar het tweede. Kies ook een uitvoer voor het verschil.</translation>
    </message>
    <message>
        <source>Two-sided: unusually high or low surroundings</source>
        <translation>Tweezijdig: ongewoon hoge of lage omgeving</translation>
    </message>
    <message>
        <source>Uitruil up to {year}</source>
        <translation>Uitruil tot en met {year}</translation>
    </message>
    <message>
        <source>Uniform patch at {share} (dwellings)</source>
        <translation>Eenvormige vlek bij {share} (woningen)</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>Eenheid</translation>
    </message>
    <message>
        <source>Units (polygons or points)</source>
        <translation>Eenheden (vlakken of punten)</translation>
    </message>
    <message>
        <source>Units (polygons, points or table)</source>
        <translation>Eenheden (vlakken, punten of tabel)</translation>
    </message>
    <message>
        <source>Units left out</source>
        <translation>Weggelaten eenheden</translation>
    </message>
    <message>
        <source>Units tested</source>
        <translation>Getoetste eenheden</translation>
    </message>
    <message>
        <source>Units that share a border (rook)</source>
        <translation>Eenheden die een grens delen (rook)</translation>
    </message>
    <message>
        <source>Units that share a border or a corner (queen)</source>
        <translation>Eenheden die een grens of een hoek delen (queen)</translation>
    </message>
    <message>
        <source>Units that stand for blocks</source>
        <translation>Eenheden die voor blokken staan</translation>
    </message>
    <message>
        <source>Units with counts</source>
        <translation>Eenheden met aantallen</translation>
    </message>
    <message>
        <source>Units within a distance</source>
        <translation>Eenheden binnen een afstand</translation>
    </message>
    <message>
        <source>Units without a value</source>
        <translation>Eenheden zonder waarde</translation>
    </message>
    <message>
        <source>Units without neighbours</source>
        <translation>Eenheden zonder buren</translation>
    </message>
    <message>
        <source>Up to {radius} m one tenure holds {limit} or more (assumption).</source>
        <translation>Tot {radius} m heeft één eigendomsvorm {limit} of meer (aanname).</translation>
    </message>
    <message>
        <source>Upper end of that change: {group}</source>
        <translation>Bovengrens van die verandering: {group}</translation>
    </message>
    <message>
        <source>Upper end</source>
        <translation>Bovengrens</translation>
    </message>
    <message>
        <source>Use with care: {reason}</source>
        <translation>Met zorg gebruiken: {reason}</translation>
    </message>
    <message>
        <source>Value in the first area</source>
        <translation>Waarde in het eerste gebied</translation>
    </message>
    <message>
        <source>Value in the second area</source>
        <translation>Waarde in het tweede gebied</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Waarde</translation>
    </message>
    <message>
        <source>Vanished: {n}</source>
        <translation>Eraf: {n}</translation>
    </message>
    <message>
        <source>Variance ratio of the group</source>
        <translation>Variantieratio van de groep</translation>
    </message>
    <message>
        <source>Variant (units of the index)</source>
        <translation>Variant (eenheden van de index)</translation>
    </message>
    <message>
        <source>Variant: blocks ({layer})</source>
        <translation>Variant: blokken ({layer})</translation>
    </message>
    <message>
        <source>Variant: blocks</source>
        <translation>Variant: blokken</translation>
    </message>
    <message>
        <source>Variant: buurten</source>
        <translation>Variant: buurten</translation>
    </message>
    <message>
        <source>Version and year of the Leefbaarometer</source>
        <translation>Versie en jaar van de Leefbaarometer</translation>
    </message>
    <message>
        <source>Version of the Leefbaarometer</source>
        <translation>Versie van de Leefbaarometer</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>Versies</translation>
    </message>
    <message>
        <source>Versus</source>
        <translation>Tegenover</translation>
    </message>
    <message>
        <source>Vulnerable area (field or expression)</source>
        <translation>Kwetsbaar gebied (veld of expressie)</translation>
    </message>
    <message>
        <source>Vulnerable area: field or expression</source>
        <translation>Kwetsbaar gebied: veld of expressie</translation>
    </message>
    <message>
        <source>Vulnerable area: {answer}</source>
        <translation>Kwetsbaar gebied: {answer}</translation>
    </message>
    <message>
        <source>Warning only. The source describes this and does not recommend it; it cannot be chosen as an instrument.</source>
        <translation>Alleen een waarschuwing. De bron beschrijft dit en beveelt het niet aan; het is niet te kiezen als instrument.</translation>
    </message>
    <message>
        <source>Water</source>
        <translation>Water</translation>
    </message>
    <message>
        <source>Waterbed table</source>
        <translation>Waterbedtabel</translation>
    </message>
    <message>
        <source>Weight by dwellings or by area</source>
        <translation>Gewicht naar woningen of oppervlakte</translation>
    </message>
    <message>
        <source>What belongs with the plan</source>
        <translation>Wat bij het plan hoort</translation>
    </message>
    <message>
        <source>What counted as vulnerable</source>
        <translation>Wat telde als kwetsbaar</translation>
    </message>
    <message>
        <source>What does a plan do to the stock? Every action (sloop, nieuwbouw, verkoop, inponden, transformatie, aankoop) names a unit, a year, a segment and a number of dwellings. Out come the stock per unit and year; every index before and after at the levels of buurt, wijk and gemeente, on the same boundaries; the balance of what goes in vulnerable areas and what comes back elsewhere, with the pairs of losses and gains; whether new dwellings are there before old ones go; and, with a scan as the stock, which candidate flags appear or vanish. A scenario changes stock only: it forecasts no income, no behaviour and no removals.</source>
        <translation>Wat doet een plan met de voorraad? Elke actie (sloop, nieuwbouw, verkoop, inponden, transformatie, aankoop) noemt een eenheid, een jaar, een segment en een aantal woningen. Eruit komen de voorraad per eenheid en jaar; elke index voor en na op het niveau van buurt, wijk en gemeente, op dezelfde grenzen; de balans van wat in kwetsbare gebieden weggaat en wat elders terugkomt, met de paren van verlies en winst; of nieuwe woningen er zijn voordat oude verdwijnen; en, met een scan als voorraad, welke kandidaatvlaggen verschijnen of verdwijnen. Een scenario verandert alleen de voorraad: het voorspelt geen inkomen, gedrag of verhuizing.</translation>
    </message>
    <message>
        <source>What the parties think of each other&apos;s goals</source>
        <translation>Wat de partijen van elkaars doelen vinden</translation>
    </message>
    <message>
        <source>What the scan noted</source>
        <translation>Wat de scan opmerkte</translation>
    </message>
    <message>
        <source>What the source says</source>
        <translation>Wat de bron zegt</translation>
    </message>
    <message>
        <source>What to know first</source>
        <translation>Vooraf te weten</translation>
    </message>
    <message>
        <source>When it may fit</source>
        <translation>Wanneer het kan passen</translation>
    </message>
    <message>
        <source>Where it is empty, the capacity of the buurt is unknown.</source>
        <translation>Is het leeg, dan is de bouwcapaciteit van de buurt onbekend.</translation>
    </message>
    <message>
        <source>Where the blocks have no code. A block belongs to the area that holds most of it, and to none where more than half lies outside all; blocks that straddle are counted.</source>
        <translation>Waar de blokken geen code hebben. Een blok hoort bij het gebied waar het grootste deel in ligt, en nergens bij als meer dan de helft buiten alle gebieden valt; blokken op een grens worden geteld.</translation>
    </message>
    <message>
        <source>Where the group may grow</source>
        <translation>Waar de groep mag groeien</translation>
    </message>
    <message>
        <source>Where the units have no code. A unit belongs to the area that holds most of it.</source>
        <translation>Als de eenheden geen code hebben. Een eenheid hoort bij het gebied waar het grootste deel in ligt.</translation>
    </message>
    <message>
        <source>Where the units have no codes: polygons with the codes of all levels; a unit belongs to the area that holds most of it. With official totals also a table.</source>
        <translation>Als de eenheden geen codes hebben: vlakken met de codes van alle niveaus; een eenheid hoort bij het gebied waar het grootste deel in ligt. Met officiële totalen mag het ook een tabel zijn.</translation>
    </message>
    <message>
        <source>Which column is what?</source>
        <translation>Welke kolom is wat?</translation>
    </message>
    <message>
        <source>Which column of the layer is what</source>
        <translation>Welke kolom van de laag is wat</translation>
    </message>
    <message>
        <source>Which instruments</source>
        <translation>Welke instrumenten</translation>
    </message>
    <message>
        <source>Which result</source>
        <translation>Welke uitkomst</translation>
    </message>
    <message>
        <source>Who acts</source>
        <translation>Wie handelt</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>Wie</translation>
    </message>
    <message>
        <source>Whole dwellings only</source>
        <translation>Alleen hele woningen</translation>
    </message>
    <message>
        <source>Whole layer</source>
        <translation>Hele laag</translation>
    </message>
    <message>
        <source>Whole</source>
        <translation>Geheel</translation>
    </message>
    <message>
        <source>Why there are no counts</source>
        <translation>Waarom er geen aantallen zijn</translation>
    </message>
    <message>
        <source>Why there is no building capacity</source>
        <translation>Waarom er geen bouwcapaciteit is</translation>
    </message>
    <message>
        <source>Why there is no share of dwellings</source>
        <translation>Waarom er geen aandeel van de woningen is</translation>
    </message>
    <message>
        <source>Why there is no share of land</source>
        <translation>Waarom er geen aandeel van de grond is</translation>
    </message>
    <message>
        <source>Wijk of each block: field (or give a layer below)</source>
        <translation>Wijk van elk blok: veld (of geef hieronder een laag)</translation>
    </message>
    <message>
        <source>Wijk {code}</source>
        <translation>Wijk {code}</translation>
    </message>
    <message>
        <source>Wijk</source>
        <translation>Wijk</translation>
    </message>
    <message>
        <source>WijkMix flags, internal use: {source}</source>
        <translation>WijkMix-vlaggen, intern gebruik: {source}</translation>
    </message>
    <message>
        <source>WijkMix flags: {source}</source>
        <translation>WijkMix-vlaggen: {source}</translation>
    </message>
    <message>
        <source>WijkMix panel</source>
        <translation>WijkMix-paneel</translation>
    </message>
    <message>
        <source>WijkMix scan: {source}</source>
        <translation>WijkMix-scan: {source}</translation>
    </message>
    <message>
        <source>WijkMix scenario: {source}</source>
        <translation>WijkMix-scenario: {source}</translation>
    </message>
    <message>
        <source>WijkMix: buurten with a flag</source>
        <translation>WijkMix: buurten met een vlag</translation>
    </message>
    <message>
        <source>Wijken (table), mosaic in block variant</source>
        <translation>Wijken (tabel), mozaïek in blokvariant</translation>
    </message>
    <message>
        <source>Wijken (table), mosaic in buurt variant</source>
        <translation>Wijken (tabel), mozaïek in buurtvariant</translation>
    </message>
    <message>
        <source>Wijken or buurten (polygons)</source>
        <translation>Wijken of buurten (vlakken)</translation>
    </message>
    <message>
        <source>Wijken</source>
        <translation>Wijken</translation>
    </message>
    <message>
        <source>With buurt_code and counts per tenure, such as n_koop.</source>
        <translation>Met buurt_code en aantallen per eigendom, zoals n_koop.</translation>
    </message>
    <message>
        <source>With buurten only, insight 9 (uniform blocks in a mixed wijk) cannot be tested: a clear mosaic of blocks (0.33) can show next to nothing on buurten (0.01). To test it, choose a layer of blocks under Run scan: squares of CBS, PC6 areas, or complexes. What buurten can show is above and below.</source>
        <translation>Alleen buurten: dit kan inzicht 9 niet toetsen (homogene blokken in een heterogene wijk). Een duidelijk mozaïek van blokken (0,33) kan op buurten bijna niets laten zien (0,01). Om het te toetsen kiest u onder Scannen een laag met blokken: vierkanten van het CBS, PC6-gebieden of complexen. Wat buurten wel laten zien, staat hierboven en hieronder.</translation>
    </message>
    <message>
        <source>With your own catalogue {file}: what it changes is marked. The flags of a scan follow the shipped one.</source>
        <translation>Met uw eigen catalogus {file}: wat die verandert, is gemarkeerd. De vlaggen van een scan volgen de meegeleverde.</translation>
    </message>
    <message>
        <source>Within {radius} m minus inside the block</source>
        <translation>Binnen {radius} m min in het blok zelf</translation>
    </message>
    <message>
        <source>Without a social and an economic measure for every unit with an action the scenario is called incomplete. For example {&quot;BU03630000&quot;: [&quot;sociaal&quot;, &quot;economisch&quot;]}. The panel takes them from the worklist.</source>
        <translation>Zonder een sociale en een economische maatregel voor elke eenheid met een actie heet het scenario onvolledig. Bijvoorbeeld {&quot;BU03630000&quot;: [&quot;sociaal&quot;, &quot;economisch&quot;]}. Het paneel neemt ze over uit de werklijst.</translation>
    </message>
    <message>
        <source>Without correction one unit in twenty gets a label by chance alone (Benjamini and Hochberg 1995).</source>
        <translation>Zonder correctie krijgt één op de twintig eenheden alleen door toeval een label (Benjamini en Hochberg 1995).</translation>
    </message>
    <message>
        <source>Without it every plan counts.</source>
        <translation>Zonder dit veld telt elk plan mee.</translation>
    </message>
    <message>
        <source>Work out</source>
        <translation>Doorrekenen</translation>
    </message>
    <message>
        <source>Working on the report</source>
        <translation>Bezig met het rapport</translation>
    </message>
    <message>
        <source>Working on: {name}</source>
        <translation>Bezig met: {name}</translation>
    </message>
    <message>
        <source>Worklist</source>
        <translation>Werklijst</translation>
    </message>
    <message>
        <source>Written to {path}</source>
        <translation>Geschreven naar {path}</translation>
    </message>
    <message>
        <source>Year of the Leefbaarometer</source>
        <translation>Jaar van de Leefbaarometer</translation>
    </message>
    <message>
        <source>Year of the figures</source>
        <translation>Jaar van de cijfers</translation>
    </message>
    <message>
        <source>Year of the gain</source>
        <translation>Jaar van de winst</translation>
    </message>
    <message>
        <source>Year of the loss</source>
        <translation>Jaar van het verlies</translation>
    </message>
    <message>
        <source>Year</source>
        <translation>Jaar</translation>
    </message>
    <message>
        <source>Years after the start</source>
        <translation>Jaren na het begin</translation>
    </message>
    <message>
        <source>Years to measure (assumption: every five years and at each effect): {n}</source>
        <translation>Meetjaren (aanname: elke vijf jaar en bij elk effect): {n}</translation>
    </message>
    <message>
        <source>Zoom the map to the buurt</source>
        <translation>Kaart inzoomen op de buurt</translation>
    </message>
    <message>
        <source>Zoom to the buurt</source>
        <translation>Inzoomen op de buurt</translation>
    </message>
    <message>
        <source>a flag that appears</source>
        <translation>een vlag die verschijnt</translation>
    </message>
    <message>
        <source>a number of dwellings per tenure is below zero, so it is not used</source>
        <translation>een aantal woningen per eigendomsvorm is kleiner dan nul en is daarom niet gebruikt</translation>
    </message>
    <message>
        <source>a tenure percentage is below 0 or above 100, so it is not used</source>
        <translation>een eigendomspercentage is kleiner dan 0 of groter dan 100 en is daarom niet gebruikt</translation>
    </message>
    <message>
        <source>all areas</source>
        <translation>alle gebieden</translation>
    </message>
    <message>
        <source>all</source>
        <translation>alle</translation>
    </message>
    <message>
        <source>and {n} more: see the field quality</source>
        <translation>en nog {n}: zie het veld quality</translation>
    </message>
    <message>
        <source>and {n} more: see the field {name} of both layers</source>
        <translation>en nog {n}: zie het veld {name} van beide lagen</translation>
    </message>
    <message>
        <source>asked only in the other scan: {limit}, {outcome}</source>
        <translation>alleen in de andere scan gevraagd: {limit}, {outcome}</translation>
    </message>
    <message>
        <source>asked only in this scan: {limit}, {outcome}</source>
        <translation>alleen in deze scan gevraagd: {limit}, {outcome}</translation>
    </message>
    <message>
        <source>bandwidth (m)</source>
        <translation>bandbreedte (m)</translation>
    </message>
    <message>
        <source>benefit: {text}</source>
        <translation>voordeel: {text}</translation>
    </message>
    <message>
        <source>beyond chance of panden</source>
        <translation>boven toeval van panden</translation>
    </message>
    <message>
        <source>beyond chance</source>
        <translation>boven toeval</translation>
    </message>
    <message>
        <source>burden: {text}</source>
        <translation>last: {text}</translation>
    </message>
    <message>
        <source>by chance (dwellings shuffled)</source>
        <translation>door toeval (woningen geschud)</translation>
    </message>
    <message>
        <source>by chance (whole panden shuffled)</source>
        <translation>door toeval (hele panden geschud)</translation>
    </message>
    <message>
        <source>cannot be asked: it is compared with itself</source>
        <translation>niet te vragen: het wordt met zichzelf vergeleken</translation>
    </message>
    <message>
        <source>counted in…</source>
        <translation>geteld in…</translation>
    </message>
    <message>
        <source>defining condition</source>
        <translation>bepalende voorwaarde</translation>
    </message>
    <message>
        <source>distance (m)</source>
        <translation>afstand (m)</translation>
    </message>
    <message>
        <source>diversity {value}</source>
        <translation>diversiteit {value}</translation>
    </message>
    <message>
        <source>diversity, H (0-1)</source>
        <translation>diversiteit, H (0-1)</translation>
    </message>
    <message>
        <source>dwellings among blocks</source>
        <translation>woningen over blokken</translation>
    </message>
    <message>
        <source>dwellings</source>
        <translation>woningen</translation>
    </message>
    <message>
        <source>empty = all; else names or codes, with commas</source>
        <translation>leeg = alle; anders namen of codes, met komma's</translation>
    </message>
    <message>
        <source>empty = as recognised</source>
        <translation>leeg = zoals herkend</translation>
    </message>
    <message>
        <source>empty: sociaal is corp, midden is overig … (assumption)</source>
        <translation>leeg: sociaal is corp, midden is overig … (aanname)</translation>
    </message>
    <message>
        <source>in the plan: {action}</source>
        <translation>in het plan: {action}</translation>
    </message>
    <message>
        <source>island</source>
        <translation>eiland</translation>
    </message>
    <message>
        <source>it has no geometry, so no dwelling could be placed in it</source>
        <translation>zij heeft geen geometrie, dus er kon geen woning in worden geplaatst</translation>
    </message>
    <message>
        <source>its gemeente</source>
        <translation>de eigen gemeente</translation>
    </message>
    <message>
        <source>mean of the neighbours</source>
        <translation>gemiddelde van de buren</translation>
    </message>
    <message>
        <source>n.s.</source>
        <translation>n.s.</translation>
    </message>
    <message>
        <source>no goals of parties yet (Goals, question 5)</source>
        <translation>nog geen doelen van partijen (Doelen, vraag 5)</translation>
    </message>
    <message>
        <source>no scale in the source</source>
        <translation>geen schaal in de bron</translation>
    </message>
    <message>
        <source>no</source>
        <translation>nee</translation>
    </message>
    <message>
        <source>none: buurten only</source>
        <translation>geen: alleen buurten</translation>
    </message>
    <message>
        <source>none: one block, nothing to compare</source>
        <translation>geen: één blok, niets te vergelijken</translation>
    </message>
    <message>
        <source>none</source>
        <translation>geen</translation>
    </message>
    <message>
        <source>not chosen</source>
        <translation>niet gekozen</translation>
    </message>
    <message>
        <source>not evaluated</source>
        <translation>niet beoordeeld</translation>
    </message>
    <message>
        <source>not set</source>
        <translation>niet ingevuld</translation>
    </message>
    <message>
        <source>notes {numbers}</source>
        <translation>noten {numbers}</translation>
    </message>
    <message>
        <source>numbers of dwellings</source>
        <translation>aantallen woningen</translation>
    </message>
    <message>
        <source>or &amp;one end date for all areas</source>
        <translation>of &amp;één einddatum voor alle gebieden</translation>
    </message>
    <message>
        <source>own goal</source>
        <translation>eigen doel</translation>
    </message>
    <message>
        <source>own value (standard deviations)</source>
        <translation>eigen waarde (standaardafwijkingen)</translation>
    </message>
    <message>
        <source>ownership unknown for {n}% of the dwellings</source>
        <translation>eigendom onbekend van {n}% van de woningen</translation>
    </message>
    <message>
        <source>p-value (two-sided), corporation rental</source>
        <translation>p-waarde (tweezijdig), corporatiehuur</translation>
    </message>
    <message>
        <source>p-value (two-sided), rental</source>
        <translation>p-waarde (tweezijdig), huur</translation>
    </message>
    <message>
        <source>p-value (two-sided)</source>
        <translation>p-waarde (tweezijdig)</translation>
    </message>
    <message>
        <source>p-value</source>
        <translation>p-waarde</translation>
    </message>
    <message>
        <source>percentages of all dwellings</source>
        <translation>percentages van alle woningen</translation>
    </message>
    <message>
        <source>q-value (FDR), corporation rental</source>
        <translation>q-waarde (FDR), corporatiehuur</translation>
    </message>
    <message>
        <source>q-value (FDR), rental</source>
        <translation>q-waarde (FDR), huur</translation>
    </message>
    <message>
        <source>q-value (FDR)</source>
        <translation>q-waarde (FDR)</translation>
    </message>
    <message>
        <source>recognised</source>
        <translation>herkend</translation>
    </message>
    <message>
        <source>share of corporation rental</source>
        <translation>aandeel corporatiehuur</translation>
    </message>
    <message>
        <source>share of rented dwellings</source>
        <translation>aandeel huurwoningen</translation>
    </message>
    <message>
        <source>squares of CBS, a proxy for blocks</source>
        <translation>vierkanten van het CBS, een benadering van blokken</translation>
    </message>
    <message>
        <source>the gemeente</source>
        <translation>de gemeente</translation>
    </message>
    <message>
        <source>the number of dwellings is below zero, so it is not used</source>
        <translation>het aantal woningen is kleiner dan nul en is daarom niet gebruikt</translation>
    </message>
    <message>
        <source>the number of dwellings is unknown, so the percentages are not used</source>
        <translation>het aantal woningen is onbekend, daarom zijn de percentages niet gebruikt</translation>
    </message>
    <message>
        <source>the number of households stands in for the number of dwellings</source>
        <translation>het aantal huishoudens is gebruikt in plaats van het aantal woningen</translation>
    </message>
    <message>
        <source>the reference area of the scan</source>
        <translation>het referentiegebied van de scan</translation>
    </message>
    <message>
        <source>the rented dwellings are not split by landlord, so they are not used</source>
        <translation>de huurwoningen zijn niet naar verhuurder verdeeld en zijn daarom niet gebruikt</translation>
    </message>
    <message>
        <source>the tenure percentages add up to {n}, so they are not used</source>
        <translation>de eigendomspercentages tellen op tot {n} en zijn daarom niet gebruikt</translation>
    </message>
    <message>
        <source>the whole input</source>
        <translation>de hele invoer</translation>
    </message>
    <message>
        <source>the whole layer</source>
        <translation>de hele laag</translation>
    </message>
    <message>
        <source>the whole scan</source>
        <translation>de hele scan</translation>
    </message>
    <message>
        <source>this release of the figures has no tenure yet</source>
        <translation>deze uitgave van de cijfers heeft nog geen eigendom</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>onbekend</translation>
    </message>
    <message>
        <source>watch list {id}: {name}</source>
        <translation>wetgevingslijst {id}: {name}</translation>
    </message>
    <message>
        <source>whole buildings (panden) among blocks</source>
        <translation>hele panden over blokken</translation>
    </message>
    <message>
        <source>whole buildings</source>
        <translation>hele panden</translation>
    </message>
    <message>
        <source>wijk {code}</source>
        <translation>wijk {code}</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>ja</translation>
    </message>
    <message>
        <source>your choice: left out</source>
        <translation>eigen keuze: weggelaten</translation>
    </message>
    <message>
        <source>your choice</source>
        <translation>eigen keuze</translation>
    </message>
    <message>
        <source>yyyy-mm-dd</source>
        <translation>jjjj-mm-dd</translation>
    </message>
    <message>
        <source>z against chance</source>
        <translation>z tegen toeval</translation>
    </message>
    <message>
        <source>{both} buurten are in both scans; {before} only in the other, {after} only in this one.</source>
        <translation>{both} buurten zitten in beide scans; {before} alleen in de andere, {after} alleen in deze.</translation>
    </message>
    <message>
        <source>{file} is not used, and everything stays as it was. {reason}</source>
        <translation>{file} wordt niet gebruikt, en alles blijft zoals het was. {reason}</translation>
    </message>
    <message>
        <source>{flag}: matching</source>
        <translation>{flag}: past hierbij</translation>
    </message>
    <message>
        <source>{flag}: never without</source>
        <translation>{flag}: nooit zonder</translation>
    </message>
    <message>
        <source>{low} and more</source>
        <translation>{low} en meer</translation>
    </message>
    <message>
        <source>{low} to {high}</source>
        <translation>{low} tot {high}</translation>
    </message>
    <message>
        <source>{name} (assumption)</source>
        <translation>{name} (aanname)</translation>
    </message>
    <message>
        <source>{name}: {z} standard deviations, neighbours {lag}</source>
        <translation>{name}: {z} standaardafwijkingen, buren {lag}</translation>
    </message>
    <message>
        <source>{n} actions added.</source>
        <translation>{n} acties toegevoegd.</translation>
    </message>
    <message>
        <source>{n} buurten tested, {without} not (no data or no neighbour)</source>
        <translation>{n} buurten getoetst, {without} niet (geen gegevens of geen buur)</translation>
    </message>
    <message>
        <source>{n} cannot be drawn: their values are missing</source>
        <translation>{n} zijn niet te tekenen: hun waarden ontbreken</translation>
    </message>
    <message>
        <source>{n} columns fit: {names}.</source>
        <translation>{n} kolommen passen: {names}.</translation>
    </message>
    <message>
        <source>{n} dwellings</source>
        <translation>{n} woningen</translation>
    </message>
    <message>
        <source>{n} selected, here and on the map. Esc in the chart clears.</source>
        <translation>{n} geselecteerd, hier en op de kaart. Esc in de grafiek wist de selectie.</translation>
    </message>
    <message>
        <source>{path} cannot be read as a table. Give a CSV or a workbook.</source>
        <translation>{path} is niet als tabel te lezen. Geef een CSV of een werkmap.</translation>
    </message>
    <message>
        <source>{place} is no candidate for any flag, so no instrument is matched to it. Choose a flag or All entries above to read on.</source>
        <translation>{place} is voor geen enkele vlag kandidaat; daarom is er geen instrument aan gekoppeld. Kies hierboven een vlag of Alle onderdelen om verder te lezen.</translation>
    </message>
    <message>
        <source>{p}; adjusted for the number of buurten tested (FDR): {q}</source>
        <translation>{p}; gecorrigeerd voor het aantal getoetste buurten (FDR): {q}</translation>
    </message>
    <message>
        <source>{sign} {area}, {year}: {value} ({status})</source>
        <translation>{sign} {area}, {year}: {value} ({status})</translation>
    </message>
    <message>
        <source>{tenure}: {value} times the share in {area} (location quotient)</source>
        <translation>{tenure}: {value} keer het aandeel in {area} (locatiequotiënt)</translation>
    </message>
    <message>
        <source>{title} (needs a designation)</source>
        <translation>{title} (vergt een aanwijzing)</translation>
    </message>
    <message>
        <source>{title} (warning only)</source>
        <translation>{title} (alleen waarschuwing)</translation>
    </message>
    <message>
        <source>{title}, section {section}</source>
        <translation>{title}, paragraaf {section}</translation>
    </message>
    <message>
        <source>{used} of {n}</source>
        <translation>{used} van {n}</translation>
    </message>
    <message>
        <source>{year} (start)</source>
        <translation>{year} (begin)</translation>
    </message>
    <message>
        <source>… and {n} more in the tables.</source>
        <translation>… en nog {n} in de tabellen.</translation>
    </message>
    <message>
        <source>⚠ The scales do not say the same: what shows here depends on the unit that is looked at.</source>
        <translation>⚠ De schalen zeggen niet hetzelfde: wat hier te zien is, hangt af van de eenheid waarnaar wordt gekeken.</translation>
    </message>
</context>
</TS>
