//! Actions and words, one line each (and one more for each further language, template or draft).
//!
//! Invariant: what another workflow is started with is shown with the plan it is bound to.

use super::{Shown, words};
use crate::ladder::{Action, Words};
use crate::plan::MeaningHash;

impl Shown<'_> {
    /// An action as the language writes it.
    pub(super) fn action(&self, action: &Action) -> String {
        match action {
            Action::Set { system, field, value } => {
                format!("set {} = {}", self.system_field(*system, *field), self.expression(*value))
            }
            Action::Note { system, words } => format!("note {} {}", self.system(*system), self.spoken(words)),
            Action::Tell { who, words, via, urgent } => {
                let who = self.receivers(who).unwrap_or_default();
                let via = via.map(|via| format!("via {}", self.channel(via)));
                let urgent = urgent.then(|| "urgent".to_owned());
                let how: Vec<String> = via.into_iter().chain(urgent).collect();
                let how = if how.is_empty() { String::new() } else { format!(" ({})", how.join(", ")) };
                format!("tell {who}{how} {}", self.spoken(words))
            }
            Action::Call { system, operation, arguments } => {
                let value = |(name, code): &(String, _)| match name.as_str() {
                    "" => self.expression(*code),
                    name => format!("{name} = {}", self.expression(*code)),
                };
                let arguments: Vec<String> = arguments.iter().map(value).collect();
                format!("call {}.{operation}({})", self.system(*system), arguments.join(", "))
            }
            Action::Start { workflow, plan, with, delay } => {
                let with = self.with(with.iter().cloned());
                let delay = delay.map(|delay| format!(" in {}", delay)).unwrap_or_default();
                format!("start workflow {workflow}{}{with}{delay}", bound_to(*plan))
            }
            Action::Resume => "resume".to_owned(),
            Action::Complete => "complete".to_owned(),
            Action::Skip => "skip".to_owned(),
            Action::Extend(by) => format!("extend deadline by {}", by),
            Action::Reassign(role) => format!("reassign to {}", self.role(*role)),
            Action::Choose(option) => format!("choose option {}", option + 1),
            Action::Outcome(outcome) => format!("outcome {}", self.node(*outcome)),
        }
    }

    /// Words in every language, a line each.
    pub(super) fn spoken(&self, words: &Words) -> String {
        let mut lines = Vec::new();
        match words.draft {
            Some(draft) => {
                lines.push(format!(
                    "draft {} otherwise {}",
                    self.expression(draft),
                    self.expression(words.text)
                ));
            }
            None => lines.push(self.expression(words.text)),
        }
        for (language, text) in &words.languages {
            lines.push(format!("  in {language}: {}", self.expression(*text)));
        }
        for template in &words.templates {
            let language =
                template.language.as_ref().map(|language| format!(" in {language}")).unwrap_or_default();
            let arguments: Vec<String> =
                template.arguments.iter().map(|code| self.expression(*code)).collect();
            let name = words::quoted(&template.name);
            let (channel, arguments) = (&template.channel, arguments.join(", "));
            lines.push(format!("  template {channel} {name}{language}({arguments})"));
        }
        lines.join("\n")
    }
}

/// ` #9f2c41d7aa05`: the plan that another workflow is bound to.
pub(super) fn bound_to(plan: MeaningHash) -> String {
    if plan == MeaningHash::ITSELF { " (this plan)".to_owned() } else { format!("#{}", plan.short()) }
}
