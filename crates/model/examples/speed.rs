use entente_model::*;
use std::time::Instant;
fn main() {
    let atlas = Atlas::from_bytes(std::fs::read("/tmp/atlas.bin").unwrap()).unwrap();
    let t=Instant::now(); let _ = Atlas::from_bytes(std::fs::read("/tmp/atlas.bin").unwrap()).unwrap(); println!("open {:?}", t.elapsed());
    let mk = |v: serde_json::Value| { let mut v=v; let k=v["type"].as_str().unwrap().to_owned(); v["id"]=format!("{k}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f").into(); v["created"]="2025-03-01T09:30:00Z".into(); v["modified"]="2025-03-01T09:30:00Z".into(); v};
    use serde_json::json;
    let sets = vec![
      ("domain", json!({"type":"domain-name","value":"www.evil.example.com"})),
      ("ipv4", json!({"type":"ipv4-addr","value":"8.8.8.8"})),
      ("ipv6", json!({"type":"ipv6-addr","value":"2001:4860:4860::8888"})),
      ("url", json!({"type":"url","value":"http://www.evil.example.com/a/b?c=d"})),
      ("urlip", json!({"type":"url","value":"http://8.8.8.8:8080/a/b?c=d"})),
      ("file", json!({"type":"file","name":"a.exe","hashes":{"MD5":"d41d8cd98f00b204e9800998ecf8427e","SHA-1":"da39a3ee5e6b4b0d3255bfef95601890afd80709","SHA-256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}})),
      ("rel", json!({"type":"relationship","relationship_type":"uses","source_ref":"malware--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","target_ref":"tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created_by_ref":"identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"})),
      ("indicator", json!({"type":"indicator","name":"xx","description":"foo bar foo bar foo bar","pattern":"[domain-name:value='x.com']","pattern_type":"stix","valid_from":"2025-03-01T09:30:00Z","labels":["a","b"],"external_references":[{"source_name":"x","url":"http://x"}],"object_marking_refs":["marking-definition--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"],"created_by_ref":"identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","kill_chain_phases":[{"kill_chain_name":"x","phase_name":"y"}]})),
    ];
    for (name, v) in sets {
        let o = Object::from_json(mk(v)).unwrap();
        let n=200_000;
        let t=Instant::now(); let mut k=0; for _ in 0..n { k+=links_of(std::hint::black_box(&o), &atlas).len(); } let a=t.elapsed()/n;
        let t=Instant::now(); for _ in 0..n { std::hint::black_box(vertex_id(std::hint::black_box(&o))); } let b=t.elapsed()/n;
        let t=Instant::now(); for _ in 0..n { std::hint::black_box(Selector::of_object(std::hint::black_box(&o))); } let c=t.elapsed()/n;
        let ids: Vec<Selector> = Selector::of_object(&o);
        let t=Instant::now(); for _ in 0..n { for s in &ids { std::hint::black_box(s.id()); } } let d=t.elapsed()/n;
        println!("{name:10} links {a:?} ({} each)  vertex {b:?} of_object {c:?} ids {d:?} ({})", k/n as usize, ids.len());
    }
    for text in ["evil.example.com","hxxp://evil[.]example[.]com/a","8.8.8.8:80","d41d8cd98f00b204e9800998ecf8427e","zeroaccess"] {
        let n=200_000; let t=Instant::now(); for _ in 0..n { std::hint::black_box(Selector::recognise(std::hint::black_box(text))); } println!("recognise {text} {:?}", t.elapsed()/n);
    }
}
