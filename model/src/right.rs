//! Rights as one calculation: may this actor, in this role, do this to this chat?
//!
//! Must hold: the answer depends on nothing but the arguments. The refusal's wire code is chosen by the caller's
//! method, because the reference names different codes for the same reason.

use crate::{Chat, ChatKind, Role, User};

/// What somebody wants to do to a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Read it.
    Read,
    /// Write into it.
    Post,
    /// Change its name.
    Rename,
    /// Change its colour or its picture.
    Recolor,
    /// Add members.
    Extend,
    /// Remove somebody else.
    Kick,
    /// Leave it.
    Leave,
    /// Hand it to another owner.
    SetOwner,
    /// Let somebody manage it, or no longer.
    SetManager,
    /// Silence it.
    Mute,
    /// Pin it.
    Pin,
    /// Remove any message completely.
    Purge,
}

/// The verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Go ahead.
    Allowed,
    /// The chat forbids it, whoever asks.
    Restricted,
    /// The actor's role is too low.
    RoleTooLow,
    /// The owner may not do this without handing the chat over.
    OwnerMayNot,
}

/// Decides. `role` is [`Role::Guest`] for somebody who is not a member.
pub fn verdict(actor: &User, role: Role, chat: &Chat, act: Act) -> Verdict {
    let restrictions = chat.restrictions();
    let (allowed_here, least) = match act {
        Act::Read => return reading(actor, role, chat),
        Act::Post => (restrictions.send, chat.can_post()),
        Act::Rename => (restrictions.rename && is_group(chat), Role::Member),
        Act::Recolor => (restrictions.avatar && is_group(chat), Role::Member),
        Act::Extend => (restrictions.extend && is_group(chat), Role::Member),
        Act::Kick => (restrictions.leave && is_group(chat), Role::Owner),
        Act::SetOwner | Act::SetManager => (is_group(chat), Role::Owner),
        Act::Mute => (restrictions.mute, Role::Member),
        Act::Pin => (chat.kind != ChatKind::OpenLine && chat.kind != ChatKind::Comment, Role::Member),
        Act::Purge if actor.admin && chat.is_general() => (true, Role::Guest),
        Act::Purge => return Verdict::RoleTooLow,
        Act::Leave if role == Role::Owner && restrictions.leave && !restrictions.leave_owner => {
            return Verdict::OwnerMayNot;
        }
        Act::Leave => (restrictions.leave && is_group(chat), Role::Member),
    };
    if !allowed_here {
        return Verdict::Restricted;
    }
    if role >= least { Verdict::Allowed } else { Verdict::RoleTooLow }
}

/// Whether somebody is among those whom an access code names: `U7` one user, `AU` everybody who has signed in, `G1` the
/// administrators, `G2` everybody.
pub fn is_among(user: &User, code: &str) -> bool {
    match code {
        "AU" | "G2" => true,
        "G1" => user.admin,
        _ => code.strip_prefix('U').is_some_and(|id| id == user.id.to_string()),
    }
}

/// Group-like chats have a name and members that can be changed; private ones and notifications have not.
fn is_group(chat: &Chat) -> bool {
    !matches!(chat.kind, ChatKind::Private | ChatKind::System)
}

fn reading(actor: &User, role: Role, chat: &Chat) -> Verdict {
    if role > Role::Guest || (chat.kind.is_open() && !actor.is_extranet()) {
        Verdict::Allowed
    } else {
        Verdict::RoleTooLow
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat(kind: ChatKind, entity_type: &str) -> Chat {
        Chat { kind, entity_type: entity_type.to_owned(), ..Chat::default() }
    }

    fn alice() -> User {
        User::default()
    }

    #[test]
    fn only_members_write_but_every_employee_reads_open_chats() {
        let open = chat(ChatKind::Open, "");
        assert_eq!(verdict(&alice(), Role::Guest, &open, Act::Read), Verdict::Allowed);
        assert_eq!(verdict(&alice(), Role::Guest, &open, Act::Post), Verdict::RoleTooLow);
        let guest = User { kind: crate::UserKind::Extranet, ..alice() };
        assert_eq!(verdict(&guest, Role::Guest, &open, Act::Read), Verdict::RoleTooLow);
        assert_eq!(
            verdict(&alice(), Role::Guest, &chat(ChatKind::Group, ""), Act::Read),
            Verdict::RoleTooLow
        );
    }

    #[test]
    fn access_codes_name_one_or_all_or_the_administrators() {
        let alice = User { id: crate::UserId(7), ..alice() };
        for (code, among) in [
            ("U7", true),
            ("AU", true),
            ("G2", true),
            ("G1", false),
            ("U07", false),
            ("U", false),
            ("", false),
        ] {
            assert_eq!(is_among(&alice, code), among, "{code}");
        }
        assert!(is_among(&User { admin: true, ..alice }, "G1"));
    }

    #[test]
    fn only_the_owner_removes_others_and_names_owners_and_managers() {
        let group = chat(ChatKind::Group, "");
        for act in [Act::Kick, Act::SetOwner, Act::SetManager] {
            assert_eq!(verdict(&alice(), Role::Manager, &group, act), Verdict::RoleTooLow, "{act:?}");
            assert_eq!(verdict(&alice(), Role::Owner, &group, act), Verdict::Allowed, "{act:?}");
        }
    }

    #[test]
    fn the_general_chat_cannot_be_left_or_renamed_and_channels_are_written_by_managers() {
        let general = chat(ChatKind::Open, "GENERAL");
        assert_eq!(verdict(&alice(), Role::Member, &general, Act::Leave), Verdict::Restricted);
        assert_eq!(verdict(&alice(), Role::Owner, &general, Act::Rename), Verdict::Restricted);
        let channel = chat(ChatKind::Channel, "");
        assert_eq!(verdict(&alice(), Role::Member, &channel, Act::Post), Verdict::RoleTooLow);
        assert_eq!(verdict(&alice(), Role::Manager, &channel, Act::Post), Verdict::Allowed);
    }

    #[test]
    fn a_crm_chat_keeps_its_owner() {
        let crm = chat(ChatKind::Group, "CRM");
        assert_eq!(verdict(&alice(), Role::Owner, &crm, Act::Leave), Verdict::OwnerMayNot);
        assert_eq!(verdict(&alice(), Role::Member, &crm, Act::Leave), Verdict::Allowed);
    }

    #[test]
    fn administrators_purge_in_the_general_chat_only() {
        let admin = User { admin: true, ..alice() };
        assert_eq!(
            verdict(&admin, Role::Member, &chat(ChatKind::Open, "GENERAL"), Act::Purge),
            Verdict::Allowed
        );
        assert_eq!(verdict(&admin, Role::Owner, &chat(ChatKind::Group, ""), Act::Purge), Verdict::RoleTooLow);
    }
}
