import { writeIds } from '../verify.ts';
import type { Action, VirtualUser } from './shared.ts';

/** The writes of management: assigning events. */
export function assigning({ client, shared, random }: VirtualUser) {
  const assign: Action = async () => {
    const event = shared.unassigned.shift();
    if (event === undefined) return;
    const support = shared.company.people.filter(
      ({ department, isReader }) => department === 'support' && !isReader,
    );
    // A second attempt assigns the same employee, so that it changes nothing.
    event.supportId ??= random.pick(support).id;
    const { id, supportId } = event;
    const result = await client.write<{ assignSupport: { event: { supportContactId: number } } }>({
      query: `mutation EventAssign($input: AssignSupportInput!) {
        assignSupport(input: $input) { event { id supportContactId } }
      }`,
      variables: { input: { eventId: id, employeeId: supportId } },
      writeId: writeIds.eventSupport(id, supportId),
      register: { name: `event ${id} support`, value: String(supportId) },
    });
    if (result.state !== 'done') {
      shared.unassigned.push(event);
      return;
    }
    if (result.data.assignSupport.event.supportContactId !== supportId) {
      client.wrong(`EventAssign answered with another support contact of event ${id}.`);
    }
    shared.assigned.set(supportId, [...(shared.assigned.get(supportId) ?? []), id]);
  };

  return { assign };
}

/** The writes of support, to their own events. */
export function running({ client, shared, random }: VirtualUser) {
  const me = client.person;

  const takeNotes: Action = async () => {
    const mine = shared.assigned.get(me.id) ?? [];
    if (mine.length === 0) return;
    const id = random.pick(mine);
    const notes = `Soak ${shared.next()}`;
    const result = await client.write<{ updateEvent: { event: { notes: string } } }>({
      query: `mutation EventUpdate($input: UpdateEventInput!) {
        updateEvent(input: $input) { event { id notes } }
      }`,
      variables: { input: { id, patch: { notes } } },
      writeId: writeIds.eventNotes(notes),
      register: { name: `event ${id} notes`, value: notes },
    });
    if (result.state === 'done' && result.data.updateEvent.event.notes !== notes) {
      client.wrong(`EventUpdate answered with other notes for event ${id}.`);
    }
  };

  return { takeNotes };
}
