//! What the simulation found, each as the shortest story that shows it.
