import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'postgraphile/graphql';
import { fieldsOf, fragmentsOf } from '../request/selection.ts';
import { checkLimit, credentialMutations, tooManyAttempts } from './limits.ts';

// Measures documents before validation, which takes seconds for a document made for that. A fragment is measured once,
// however often it is spread.

/** The size of a selection set with the fragments in it. */
type Shape = {
  fields: number;
  aliases: number;
  directives: number;
  depth: number;
  introspectionDepth: number;
};

const emptyShape: Shape = { fields: 0, aliases: 0, directives: 0, depth: 0, introspectionDepth: 0 };

/** Throws an ApiError when an operation of a document, valid or not, is over a limit. */
export function checkShape(document: DocumentNode): void {
  const shapeOf = createMeasure(fragmentsOf(document));
  for (const operation of document.definitions) {
    if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
    const shape = shapeOf(operation.selectionSet);
    checkLimit('depth', shape.depth);
    checkLimit('introspectionDepth', shape.introspectionDepth);
    checkLimit('fields', shape.fields);
    checkLimit('aliases', shape.aliases);
    checkLimit('directives', shape.directives + countDirectives(operation));
  }
}

/** The same for the root fields of a valid document. */
export function checkRootFields(document: DocumentNode): void {
  for (const operation of document.definitions) {
    if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
    let count = 0;
    let attempts = 0;
    for (const { name } of fieldsOf(document, operation.selectionSet)) {
      checkLimit('rootFields', ++count);
      if (credentialMutations.has(name.value) && ++attempts > 1) throw tooManyAttempts();
    }
  }
}

function createMeasure(fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
  const shapes = new Map<string, Shape>();

  function ofSet(set: SelectionSetNode): Shape {
    const sum = { ...emptyShape };
    for (const selection of set.selections) {
      sum.directives += checkedDirectives(selection.directives);
      if (selection.kind === Kind.FIELD) add(sum, ofField(selection));
      else if (selection.kind === Kind.INLINE_FRAGMENT) add(sum, ofSet(selection.selectionSet));
      else add(sum, ofFragment(selection.name.value));
    }
    return sum;
  }

  function ofField(field: FieldNode): Shape {
    for (const { value } of field.arguments ?? []) checkValue(value, 1);
    const inside = field.selectionSet ? ofSet(field.selectionSet) : emptyShape;
    const isAboutSchema = field.name.value === '__schema' || field.name.value === '__type';
    return {
      fields: inside.fields + 1,
      aliases: inside.aliases + (field.alias ? 1 : 0),
      directives: inside.directives,
      depth: isAboutSchema ? 1 : inside.depth + 1,
      introspectionDepth: isAboutSchema ? inside.depth + 1 : inside.introspectionDepth,
    };
  }

  function ofFragment(name: string): Shape {
    const measured = shapes.get(name);
    if (measured) return measured;
    // for a fragment that spreads itself; validation refuses it
    shapes.set(name, emptyShape);
    const fragment = fragments.get(name);
    if (!fragment) return emptyShape;
    const shape = ofSet(fragment.selectionSet);
    shape.directives += checkedDirectives(fragment.directives);
    shapes.set(name, shape);
    return shape;
  }

  return ofSet;
}

function add(sum: Shape, part: Shape): void {
  sum.fields += part.fields;
  sum.aliases += part.aliases;
  sum.directives += part.directives;
  sum.depth = Math.max(sum.depth, part.depth);
  sum.introspectionDepth = Math.max(sum.introspectionDepth, part.introspectionDepth);
}

function countDirectives(operation: OperationDefinitionNode): number {
  let count = checkedDirectives(operation.directives);
  for (const { directives, defaultValue } of operation.variableDefinitions ?? []) {
    if (defaultValue) checkValue(defaultValue, 1);
    count += checkedDirectives(directives);
  }
  return count;
}

function checkedDirectives(directives: readonly DirectiveNode[] = []): number {
  for (const directive of directives) {
    for (const { value } of directive.arguments ?? []) checkValue(value, 1);
  }
  return directives.length;
}

function checkValue(value: ValueNode, level: number): void {
  if (value.kind === Kind.LIST) {
    checkLimit('nesting', level);
    checkLimit('list', value.values.length);
    for (const item of value.values) checkValue(item, level + 1);
  } else if (value.kind === Kind.OBJECT) {
    checkLimit('nesting', level);
    for (const field of value.fields) checkValue(field.value, level + 1);
  }
}
