//! Where on the map an object is.

use serde_json::Value;

use crate::{Object, Selector};

impl Object {
    /// The country of a location, as ISO 3166-1 alpha-2 in upper case; `None` where it names none.
    pub fn country(&self) -> Option<[u8; 2]> {
        match Selector::country(self.text("country")?) {
            Ok(Selector::Country(code)) => code.as_bytes().try_into().ok(),
            _ => None,
        }
    }

    /// The point of a location: longitude and latitude in degrees (WGS 84), in this order as in GeoJSON.
    /// `None` unless both are there and on the globe.
    pub fn point(&self) -> Option<[f64; 2]> {
        let degrees = |property, limit: f64| {
            let degrees = self.json().get(property).and_then(Value::as_f64)?;
            (degrees.abs() <= limit).then_some(degrees)
        };
        Some([degrees("longitude", 180.0)?, degrees("latitude", 90.0)?])
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::Object;

    fn location(mut value: Value) -> Object {
        value["type"] = "location".into();
        value["id"] = "location--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f".into();
        value["created"] = "2025-03-01T09:30:00Z".into();
        value["modified"] = "2025-03-01T09:30:00Z".into();
        Object::from_json(value).expect("an object")
    }

    #[test]
    fn a_location_is_on_the_map_when_it_says_where() {
        let place = location(json!({"country": "nl", "latitude": 52.08, "longitude": 4.31}));
        assert_eq!(place.country(), Some(*b"NL"));
        assert_eq!(place.point(), Some([4.31, 52.08]));
        assert_eq!(location(json!({"latitude": 52.0})).point(), None);
        assert_eq!(location(json!({"latitude": 91, "longitude": 0})).point(), None);
        assert_eq!(location(json!({"region": "europe"})).country(), None);
    }
}
