import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
} from 'postgraphile/graphql';

/** The fields of a selection set and of the fragments in it. */
export function* fieldsOf(document: DocumentNode, set: SelectionSetNode): Generator<FieldNode> {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      yield selection;
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      yield* fieldsOf(document, selection.selectionSet);
    } else {
      const fragment = fragmentsOf(document).get(selection.name.value);
      if (fragment) yield* fieldsOf(document, fragment.selectionSet);
    }
  }
}

const cache = new WeakMap<DocumentNode, ReadonlyMap<string, FragmentDefinitionNode>>();

/** The fragments of a document, by name. */
export function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  let fragments = cache.get(document);
  if (fragments === undefined) {
    fragments = new Map(
      document.definitions
        .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
        .map((fragment) => [fragment.name.value, fragment]),
    );
    cache.set(document, fragments);
  }
  return fragments;
}
