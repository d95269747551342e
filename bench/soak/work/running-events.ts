import { marks } from '../audit.ts';
import type { Deed, Worker } from './shared.ts';

/** What management does with events: find somebody to run them. */
export function assigning({ desk, floor, random }: Worker) {
  const assign: Deed = async () => {
    const event = floor.unassigned.shift();
    if (event === undefined) return;
    const support = floor.company.people.filter(
      ({ department, isReader }) => department === 'support' && !isReader,
    );
    // Once somebody has been asked it stays with them: a second attempt then changes nothing.
    event.supportId ??= random.pick(support).id;
    const { id, supportId } = event;
    const result = await desk.write<{ assignSupport: { event: { supportContactId: number } } }>({
      query: `mutation EventAssign($input: AssignSupportInput!) {
        assignSupport(input: $input) { event { id supportContactId } }
      }`,
      variables: { input: { eventId: id, employeeId: supportId } },
      mark: marks.eventSupport(id, supportId),
      cell: { name: `event ${id} support`, value: String(supportId) },
    });
    if (result.state !== 'done') {
      floor.unassigned.push(event);
      return;
    }
    if (result.data.assignSupport.event.supportContactId !== supportId) {
      desk.wrong(`EventAssign answered that somebody else runs event ${id}.`);
    }
    floor.assigned.set(supportId, [...(floor.assigned.get(supportId) ?? []), id]);
  };

  return { assign };
}

/** What support does with the events that are theirs. */
export function running({ desk, floor, random }: Worker) {
  const me = desk.person;

  const takeNotes: Deed = async () => {
    const mine = floor.assigned.get(me.id) ?? [];
    if (mine.length === 0) return;
    const id = random.pick(mine);
    const notes = `Soak ${floor.next()}`;
    const result = await desk.write<{ updateEvent: { event: { notes: string } } }>({
      query: `mutation EventUpdate($input: UpdateEventInput!) {
        updateEvent(input: $input) { event { id notes } }
      }`,
      variables: { input: { id, patch: { notes } } },
      mark: marks.eventNotes(notes),
      cell: { name: `event ${id} notes`, value: notes },
    });
    if (result.state === 'done' && result.data.updateEvent.event.notes !== notes) {
      desk.wrong(`EventUpdate answered with other notes for event ${id}.`);
    }
  };

  return { takeNotes };
}
