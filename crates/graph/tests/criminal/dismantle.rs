//! Plans against CoreHD, collective influence and GND on area under the curve.

use entente_graph::{Aim, Capability, Compared, Doubt, Network};

use crate::data;

/// Name, file, and whether it is a matrix.
const NETWORKS: [(&str, &str, bool); 13] = [
    ("Montagna meetings", "montagna-disruption/dataset/Montagna_meetings_edgelist.csv", false),
    ("Caviar", "mcmacdonald-matrices/morselli_caviar.csv", true),
    ("Ciel", "mcmacdonald-matrices/morselli_cielnet.csv", true),
    ("Togo", "mcmacdonald-matrices/morselli_togo.csv", true),
    ("Oversize", "mcmacdonald-matrices/berlusconietal_oversize.csv", true),
    ("Italian gangs", "mcmacdonald-matrices/ITALIAN_GANGS.csv", true),
    ("London gang", "mcmacdonald-matrices/LONDON_GANG.csv", true),
    ("cocaine, New York", "mcmacdonald-matrices/natajaran_cocaine.csv", true),
    ("corruption", "dismantling-review/corruption.edges.csv", false),
    ("crime, giant component", "dismantling-crime-gcc/Crime_Gcc.txt", false),
    ("moreno crime, projected", "dismantling-review/moreno_crime_projected.edges.csv", false),
    ("power, eris1176", "dismantling-review/power-eris1176.edges.csv", false),
    ("polblogs", "dismantling-review/dimacs10-polblogs.edges.csv", false),
];
/// The first so many are small enough for a debug build.
const SOME: usize = if cfg!(debug_assertions) { 8 } else { NETWORKS.len() };

fn read((_, file, is_matrix): &(&str, &str, bool)) -> Option<Network> {
    let text = data::file(file)?;
    Some(data::network(&if *is_matrix { data::matrix(&text) } else { data::links(&text) }))
}

/// Link ends looked at: enough in a debug build to see that nothing is worse, enough in a release build for the table.
const EFFORT: u64 = if cfg!(debug_assertions) { 3_000_000 } else { 300_000_000 };

#[test]
fn plans_beat_every_rival_on_area_under_the_curve() {
    println!(
        "| network | vertices | ours | CoreHD | CI, best of l = 1, 2 | GND | degree | best of these, reinserted |\n|---|---|---|---|---|---|---|---|"
    );
    for network in &NETWORKS[..SOME] {
        let Some(read) = read(network) else { return };
        let aim = Aim { effort: EFFORT, ..Aim::new(Capability::LargestComponent, f64::INFINITY) };
        let plan = read.plan(aim);
        let area = |name: &str| {
            let named = plan.rivals.iter().filter(|compared| compared.rival.name().starts_with(name));
            named.map(|compared| compared.area).fold(f64::INFINITY, f64::min)
        };
        let [core, influence, gnd, degree] = ["CoreHD", "CI", "GND", "degree"].map(area);
        let again = plan.rivals.iter().map(|compared| compared.reinserted).fold(f64::INFINITY, f64::min);
        println!(
            "| {} | {} | {:.4} | {core:.4} | {influence:.4} | {gnd:.4} | {degree:.4} | {again:.4} |",
            network.0,
            read.vertices().len(),
            plan.area
        );
        let best = core.min(influence).min(gnd);
        // On a few dozen vertices the best rival may already be as good as anything can be.
        let margin = if read.vertices().len() < 50 { -1e-9 } else { 1e-9 };
        assert!(plan.area <= best - margin, "{}: {} is no better than {best}", network.0, plan.area);
        assert!(plan.area <= again + 1e-9, "{}: {} is worse than {again}", network.0, plan.area);
    }
}

#[test]
fn plans_within_a_budget_leave_no_more_than_any_rival() {
    println!("| network | targets | ours | best rival | | \n|---|---|---|---|---|");
    for network in &NETWORKS[..SOME.min(12)] {
        let Some(read) = read(network) else { return };
        for targets in [3, 5, 10] {
            let aim =
                Aim { effort: EFFORT / 10, ..Aim::new(Capability::LargestComponent, f64::from(targets)) };
            let plan = read.plan(aim);
            let best: Option<&Compared> = plan.rivals.first();
            let best = best.expect("there are rivals");
            println!(
                "| {} | {targets} | {:.3} | {:.3} | {} |",
                network.0,
                plan.curve.last(),
                best.left,
                best.rival.name()
            );
            assert!(plan.curve.last() <= best.left + 1e-9);
        }
    }
}

#[test]
fn the_montagna_plan_stands_when_links_are_missing_or_false() {
    let Some(read) = read(&NETWORKS[0]) else { return };
    let aim = Aim { effort: EFFORT / 30, ..Aim::new(Capability::LargestComponent, 5.0) };
    let plan = read.plan(aim);
    println!("| doubt | left: median | left: worst | targets, share of trials |\n|---|---|---|---|");
    for (false_links, missing_links) in [(0.1, 0.0), (0.2, 0.0), (0.0, 0.1), (0.1, 0.1)] {
        let trials = if cfg!(debug_assertions) { 4 } else { 100 };
        let found = read.sensitivity(&plan, aim, Doubt { false_links, missing_links, trials, seed: 7 });
        let shares: Vec<String> =
            found.targets.iter().map(|(v, share)| format!("{} {share:.2}", v.0)).collect();
        let (median, worst) = (found.left[found.left.len() / 2], found.left[found.left.len() - 1]);
        println!("| -{false_links} +{missing_links} | {median:.3} | {worst:.3} | {} |", shares.join(", "));
        assert_eq!(found.targets.len(), plan.targets.len());
        assert!(worst <= 1.0);
    }
}
