//! The words of the field. Each has the name that stands in the document and a phrase that stands in a clause.

/// Closed lists of words: an enum whose variants have a name in the document and a phrase for people.
macro_rules! vocabulary {
    ($( $(#[$meta:meta])* $kind:ident { $( $variant:ident = $name:literal, $phrase:literal; )* } )*) => { $(
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        pub enum $kind {
            $( #[doc = $phrase] #[serde(rename = $name)] $variant, )*
        }

        impl $kind {
            /// Every word, in the order of the list.
            pub const ALL: &[$kind] = &[ $( $kind::$variant, )* ];

            /// The word as it stands in the document.
            pub const fn as_str(self) -> &'static str {
                match self { $( $kind::$variant => $name, )* }
            }

            /// What it is called in a sentence.
            pub const fn phrase(self) -> &'static str {
                match self { $( $kind::$variant => $phrase, )* }
            }
        }

        impl std::fmt::Display for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )* };
}

vocabulary! {
    /// What sort of paper it is.
    InstrumentType {
        Mou = "mou", "memorandum of understanding";
        WorkingArrangement = "working_arrangement", "working arrangement";
        JitAgreement = "jit_agreement", "joint investigation team agreement";
        DataSharingAgreement = "data_sharing_agreement", "data-sharing agreement";
        JointControllerArrangement = "joint_controller_arrangement", "joint controller arrangement";
        ProcessorContract = "processor_contract", "processor contract";
        InformationExchangePolicy = "information_exchange_policy", "information exchange policy";
        SecondmentAgreement = "secondment_agreement", "secondment agreement";
        CourtOrderAnnex = "court_order_annex", "annex to a court order";
    }

    /// Whether it binds. Not the same as a legal basis: many memoranda bind nobody and create none.
    LegalEffect {
        Binding = "binding", "legally binding";
        NonBinding = "non_binding", "not legally binding";
        Mixed = "mixed", "legally binding in part";
    }

    /// A party's part in the agreement.
    PartyRole {
        Provider = "provider", "provides information";
        Recipient = "recipient", "receives information";
        Both = "both", "provides and receives information";
        Facilitator = "facilitator", "facilitates";
        Observer = "observer", "observes";
    }

    /// What a party is.
    Sector {
        LawEnforcement = "law_enforcement", "law-enforcement authority";
        Prosecution = "prosecution", "prosecution service";
        Fiu = "fiu", "financial intelligence unit";
        Csirt = "csirt", "computer security incident response team";
        Regulator = "regulator", "regulator";
        Bank = "bank", "bank";
        Psp = "psp", "payment service provider";
        Vasp = "vasp", "crypto-asset service provider";
        Telecom = "telecom", "telecommunications provider";
        Platform = "platform", "online platform or software company";
        Registrar = "registrar", "domain registrar or registry";
        Hoster = "hoster", "hosting provider";
        SecurityResearcher = "security_researcher", "security researcher";
        Academia = "academia", "university or research institute";
        NgoVictimSupport = "ngo_victim_support", "victim support organisation";
        Hotline = "hotline", "hotline";
        IntlOrg = "intl_org", "international organisation";
    }

    /// A party's part in data protection law.
    DataProtectionRole {
        Controller = "controller", "controller";
        JointController = "joint_controller", "joint controller";
        Processor = "processor", "processor";
        CompetentAuthority = "competent_authority", "competent authority";
        EuBody = "eu_body", "EU body";
    }

    /// The data protection law a party is under.
    Regime {
        Gdpr = "gdpr", "Regulation (EU) 2016/679 (GDPR)";
        Led = "led", "Directive (EU) 2016/680 (LED)";
        Eudpr = "eudpr", "Regulation (EU) 2018/1725";
        EuropolReg = "europol_reg", "the Europol Regulation";
        UkDpaPart2 = "uk_dpa_p2", "Part 2 of the UK Data Protection Act 2018";
        UkDpaPart3 = "uk_dpa_p3", "Part 3 of the UK Data Protection Act 2018";
        UsFederal = "us_federal", "United States federal law";
        UsState = "us_state", "the law of a state of the United States";
        Other = "other", "other law";
    }

    /// What information may be used for.
    PurposeCode {
        Prevent = "prevent", "preventing crime";
        Detect = "detect", "detecting crime";
        Investigate = "investigate", "investigating crime";
        Prosecute = "prosecute", "prosecuting crime";
        ExecutePenalty = "execute_penalty", "executing criminal penalties";
        VictimProtection = "victim_protection", "protecting victims";
        AssetRecovery = "asset_recovery", "recovering assets";
        NetworkSecurity = "network_security", "network and information security";
        FraudPrevention = "fraud_prevention", "preventing fraud";
        Research = "research", "research";
        Statistics = "statistics", "statistics";
    }

    /// Who may know of the agreement.
    Confidentiality {
        Public = "public", "public";
        Parties = "parties", "known to the parties only";
        SummaryPublic = "summary_public", "public in summary";
    }

    /// How it is renewed.
    RenewalKind {
        None = "none", "is not renewed";
        ByAmendment = "by_amendment", "is renewed by a signed amendment only";
        Auto = "auto", "is renewed by a new version that repeats it";
    }

    /// Who bears the costs.
    Costs {
        EachOwn = "each_own", "each party bears its own costs";
        Shared = "shared", "costs are shared";
        LeadParty = "lead_party", "the lead party bears the costs";
    }

    /// When material under the agreement may be spoken of in public.
    Publicity {
        None = "none", "no publicity";
        JointOnly = "joint_only", "joint statements only";
        PriorConsent = "prior_consent", "publicity with the prior consent of every party";
    }

    /// What material received under the agreement is good for in court.
    Admissibility {
        IntelligenceOnly = "intelligence_only", "intelligence only";
        EvidenceWithConsent = "evidence_with_consent", "evidence with the provider's consent";
        Evidence = "evidence", "evidence";
    }

    /// What sets a disclosure off.
    Trigger {
        OnRequest = "on_request", "on request";
        Spontaneous = "spontaneous", "on the sender's own initiative";
        RealTimePush = "real_time_push", "as soon as the sender knows it";
        HitNoHit = "hit_no_hit", "as an answer hit or no hit";
        AggregateRelease = "aggregate_release", "as an aggregate";
    }

    /// What stands behind a party's part of a disclosure.
    LegalInstrument {
        Gdpr61c = "gdpr_6_1_c", "Article 6(1)(c) GDPR (legal obligation)";
        Gdpr61d = "gdpr_6_1_d", "Article 6(1)(d) GDPR (vital interests)";
        Gdpr61e = "gdpr_6_1_e", "Article 6(1)(e) GDPR (public task)";
        Gdpr61f = "gdpr_6_1_f", "Article 6(1)(f) GDPR (legitimate interests)";
        Gdpr92 = "gdpr_9_2", "Article 9(2) GDPR";
        Gdpr10 = "gdpr_10", "Article 10 GDPR";
        Gdpr23 = "gdpr_23", "national law under Article 23 GDPR";
        Led8 = "led_8", "Article 8 LED";
        Led91 = "led_9_1", "Article 9(1) LED (processing for a purpose outside the Directive)";
        Led10 = "led_10", "Article 10 LED";
        Led35 = "led_35_37_38", "Articles 35, 37 and 38 LED (transfers)";
        Led39 = "led_39", "Article 39 LED (direct transfer to a recipient in a third country)";
        Europol26 = "europol_26", "Article 26 of the Europol Regulation";
        Europol26a = "europol_26a", "Article 26a of the Europol Regulation";
        Europol26b = "europol_26b", "Article 26b of the Europol Regulation";
        Eurojust = "eurojust", "the Eurojust Regulation";
        Jit13 = "jit_13", "Article 13 of the EU Convention on Mutual Assistance 2000";
        Eio = "eio", "a European Investigation Order";
        Epoc = "e_evidence_2023_1543_epoc", "a European Production Order (Regulation (EU) 2023/1543)";
        EpocPr = "e_evidence_2023_1543_epoc_pr", "a European Preservation Order (Regulation (EU) 2023/1543)";
        Budapest = "budapest_16_17_29_30_32", "Articles 16, 17, 29, 30 or 32 of the Budapest Convention";
        Budapest2Ap6 = "budapest_2ap_6", "Article 6 of the Second Additional Protocol (domain registration)";
        Budapest2Ap7 = "budapest_2ap_7", "Article 7 of the Second Additional Protocol (subscriber information)";
        Budapest2Ap8 = "budapest_2ap_8", "Article 8 of the Second Additional Protocol (subscriber and traffic data)";
        Budapest2Ap9 = "budapest_2ap_9", "Article 9 of the Second Additional Protocol (emergency disclosure)";
        Budapest2Ap10 = "budapest_2ap_10", "Article 10 of the Second Additional Protocol (emergency assistance)";
        Budapest2Ap12 = "budapest_2ap_12", "Article 12 of the Second Additional Protocol (joint teams)";
        Mlat = "mlat", "a mutual legal assistance treaty";
        UsCloudAct = "us_cloud_act_agreement", "an agreement under the US CLOUD Act";
        Us2702 = "us_18usc2702_b_c", "18 U.S.C. 2702(b) and (c)";
        Us2258a = "us_18usc2258a", "18 U.S.C. 2258A";
        UsCisa2015 = "us_cisa_2015", "the US Cybersecurity Information Sharing Act 2015";
        Us314a = "us_patriot_314a", "Section 314(a) USA PATRIOT Act";
        Us314b = "us_patriot_314b", "Section 314(b) USA PATRIOT Act";
        UkDpaSch2 = "uk_dpa_sch2", "Schedule 2 to the UK Data Protection Act 2018";
        UkIpa = "uk_ipa", "the UK Investigatory Powers Act 2016";
        UkPoca = "uk_crime_info_poca", "the UK Proceeds of Crime Act 2002 and Economic Crime Act 2023";
        Amlr75 = "amlr_2024_1624_75", "Article 75 of Regulation (EU) 2024/1624 (information sharing partnership)";
        AmldFiu = "amld_fiu", "the Anti-Money-Laundering Directive's rules on financial intelligence units";
        PsdFraud = "psd_fraud_sharing", "the payment services rules on sharing fraud data";
        Nis229 = "nis2_29", "Article 29 of Directive (EU) 2022/2555 (NIS 2)";
        Consent = "consent", "consent";
        CourtOrder = "court_order", "a court order";
        SearchWarrant = "search_warrant", "a search warrant";
        SeizureWarrant = "seizure_warrant", "a seizure warrant";
        NoneNonPersonal = "none_non_personal", "none, because no personal data is disclosed";
    }

    /// Whom personal data is about (Article 6 LED, and practice).
    SubjectClass {
        Suspect = "suspect", "suspects";
        Convicted = "convicted", "convicted persons";
        Victim = "victim", "victims";
        PotentialVictim = "potential_victim", "potential victims";
        Witness = "witness", "witnesses";
        ContactAssociate = "contact_associate", "contacts and associates";
        Minor = "minor", "minors";
        AccountHolder = "account_holder", "account holders";
        InfrastructureOwner = "infrastructure_owner", "owners of infrastructure";
        LegalPerson = "legal_person", "legal persons";
        Unknown = "unknown", "persons whose part is not known";
    }

    /// Special categories of personal data (Article 9 GDPR, Article 10 LED).
    SpecialCategories {
        Forbidden = "forbidden", "are not disclosed";
        StrictlyNecessary = "strictly_necessary", "are disclosed where strictly necessary, with a reason, after a person has agreed";
    }

    /// Whether free text may leave. Nobody can say what is in it.
    FreeText {
        Withheld = "withheld", "is withheld";
        Permitted = "permitted", "is disclosed as it stands";
    }

    /// A duty in FIRST IEP's words.
    MayMust {
        May = "may", "may";
        Must = "must", "must";
        MustNot = "must_not", "must not";
    }

    /// Whether the receiver may pass it on.
    OnwardAllowed {
        None = "none", "is not passed on";
        PriorConsent = "prior_consent", "is passed on with the sender's prior consent only";
        Listed = "listed", "is passed on to the listed parties only";
        SameSectorSameCountry = "same_sector_same_country", "is passed on within the receiver's sector and country only";
        Public = "public", "may be made public";
    }

    /// On which footing something goes to another country.
    ThirdCountry {
        Forbidden = "forbidden", "is forbidden";
        Adequacy = "adequacy", "rests on an adequacy decision";
        AppropriateSafeguards = "appropriate_safeguards", "rests on appropriate safeguards";
        DerogationCaseByCase = "derogation_case_by_case", "rests on a derogation, decided case by case";
    }

    /// What else it may be used for (the shape of Article 13(10) of the EU MLA Convention).
    UseRule {
        PurposeOnly = "purpose_only", "for the purposes of this flow only";
        OtherOffenceWithConsent = "other_offence_with_consent", "for other offences with the sender's prior consent";
        UrgentThreat = "urgent_threat", "also to prevent an immediate and serious threat to public security";
        AgreedOther = "agreed_other", "for other purposes agreed in writing";
    }

    /// When a time limit begins.
    RetentionStart {
        Receipt = "receipt", "receipt";
        CaseClose = "case_close", "the close of the case";
        LastRelevant = "last_relevant", "the day it was last relevant";
    }

    /// What happens when it is over.
    OnEnd {
        Delete = "delete", "deleted";
        Return = "return", "returned and deleted";
        Anonymise = "anonymise", "anonymised";
    }

    /// Who has to agree before something leaves.
    ApprovalMode {
        Auto = "auto", "nobody";
        OnePerson = "one_person", "one person of the sender";
        TwoPerson = "two_person", "two different persons of the sender";
        Prosecutor = "prosecutor", "a prosecutor";
        Judge = "judge", "a judge";
        Dpo = "dpo", "the sender's data protection officer";
    }

    /// A fact or somebody's assessment of facts (Article 7(1) LED).
    Assertion {
        Fact = "fact", "facts";
        Assessment = "assessment", "assessments";
    }

    /// How long pseudonyms stay the same.
    Epoch {
        Agreement = "agreement", "for the life of the agreement";
        Year = "year", "within a calendar year";
        Quarter = "quarter", "within a quarter";
        Month = "month", "within a month";
    }

    /// How far a time is generalised.
    TimeStep {
        Hour = "hour", "the hour";
        Day = "day", "the day";
        Week = "week", "the week";
        Month = "month", "the month";
    }

    /// How far a place is generalised.
    PlaceStep {
        AdministrativeArea = "administrative_area", "the administrative area";
        Country = "country", "the country";
        Region = "region", "the region of the world";
    }

    /// How far an address is generalised.
    AddressStep {
        Network = "network", "its network (/24 or /48)";
        Asn = "asn", "its autonomous system";
        Country = "country", "its country";
    }
}

impl LegalInstrument {
    /// True where the instrument is an order of somebody, which must then be named.
    pub fn needs_order(self) -> bool {
        matches!(
            self,
            Self::Eio
                | Self::Epoc
                | Self::EpocPr
                | Self::Budapest2Ap6
                | Self::Budapest2Ap7
                | Self::Budapest2Ap8
                | Self::Mlat
                | Self::CourtOrder
                | Self::SearchWarrant
                | Self::SeizureWarrant
        )
    }

    /// True where the instrument reaches subscriber information, or that and traffic data, and never content.
    pub fn excludes_content(self) -> bool {
        matches!(self, Self::Budapest2Ap6 | Self::Budapest2Ap7 | Self::Budapest2Ap8)
    }
}

impl Sector {
    /// True for those who may know that a suspicious transaction was reported. Obliged entities are not among them:
    /// telling them would tip off.
    pub fn may_know_of_reports(self) -> bool {
        matches!(self, Self::Fiu | Self::LawEnforcement | Self::Prosecution | Self::Regulator)
    }
}
