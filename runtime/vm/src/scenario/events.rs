//! Events of systems, sent to the instance that waits for them.
//!
//! In a test every event bears the key of the story's own instances. Invariant: an event that no instance knows is a
//! failure; one that nothing waits for yet is not, because the interpreter keeps it.

use super::acts::Why;
use super::play::Player;
use super::{find, words};
use crate::event::EventKind;
use wf_plan::Value;
use wf_plan::node::NodeKind;
use wf_plan::plan::SystemId;

impl Player<'_> {
    pub fn event(&mut self, system: &str, event: &str, with: &[(String, Value)]) -> Result<(), Why> {
        let (instance, at, number) = self.listener(system, event)?;
        let of = self.instance(instance).ok_or("the workflow has not started")?;
        let declared = of.prepared.system(at).and_then(|system| system.events.get(usize::from(number)));
        let fields = declared.map_or(&[] as &[_], |event| &event.fields);
        if let Some(unknown) = find::unknown_field(fields, with) {
            let there = words::names(fields.iter().map(|field| field.name.as_str()), "no field");
            return Err(format!("`{system} \"{event}\"` carries no `{unknown}`; it carries {there}"));
        }
        let fields = find::in_order(fields, with, &[]);
        self.apply(instance, EventKind::Arrived { system: at, event: number, fields }, None)
    }

    /// The instance that gets an event: one that waits for it now, else the first that runs and knows it.
    fn listener(&self, system: &str, event: &str) -> Result<(usize, SystemId, u16), Why> {
        let mut known: Vec<(bool, usize, SystemId, u16)> = Vec::new();
        let mut events: Vec<String> = Vec::new();
        for (at, of) in self.stage.instances().iter().enumerate() {
            for (id, declared) in (0u16..).map(SystemId).zip(&of.prepared.program().systems) {
                events.extend(
                    declared.events.iter().map(|event| format!("{} \"{}\"", declared.name, event.name)),
                );
                let found = declared.events.iter().position(|declared| declared.name == event);
                if let Some(number) =
                    found.and_then(|at| u16::try_from(at).ok()).filter(|_| declared.name == system)
                {
                    let waits = crate::prepared::ids(of.prepared.program()).any(|node| {
                        let wait = of.prepared.node(node).map(|node| &node.kind);
                        matches!(wait, Some(NodeKind::Wait(wait)) if wait.system == id && wait.event == number)
                            && of.state.node_state(node).is_live()
                    });
                    known.push((!(waits && of.state.is_running()), at, id, number));
                }
            }
        }
        known.sort_unstable();
        known.first().map(|(_, at, id, number)| (*at, *id, *number)).ok_or_else(|| {
            let there = words::names(events.iter().map(String::as_str), "no event at all");
            format!("no workflow here knows `{system} \"{event}\"`; there is {there}")
        })
    }
}
