import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type SelectionSetNode,
} from 'postgraphile/graphql';

/** The fields of a selection set, those of its fragments included, one after the other. */
export function* fieldsOf(document: DocumentNode, set: SelectionSetNode): Generator<FieldNode> {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      yield selection;
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      yield* fieldsOf(document, selection.selectionSet);
    } else {
      for (const definition of document.definitions) {
        if (
          definition.kind === Kind.FRAGMENT_DEFINITION &&
          definition.name.value === selection.name.value
        ) {
          yield* fieldsOf(document, definition.selectionSet);
        }
      }
    }
  }
}
