/** Constants that are known before the program runs: of the layout and of the build. */
import type { Expression } from 'acorn';

export type Constant = number | boolean;

/** The value of a constant expression; undefined for any other. `facts`: `world.x` by its text. */
export function evaluateConstant(
  tree: Expression,
  nameOf: (name: string) => Constant | undefined,
  facts: Readonly<Record<string, Constant>>,
): Constant | undefined {
  const of = (t: Expression): Constant | undefined => evaluateConstant(t, nameOf, facts);
  switch (tree.type) {
    case 'Literal':
      return typeof tree.value === 'number' || typeof tree.value === 'boolean' ? tree.value : undefined;
    case 'Identifier':
      return nameOf(tree.name);
    case 'MemberExpression':
      if (tree.computed || tree.property.type !== 'Identifier' || tree.object.type !== 'Identifier') return undefined;
      return facts[`${tree.object.name}.${tree.property.name}`];
    case 'UnaryExpression': {
      const value = of(tree.argument);
      if (value === undefined) return undefined;
      if (tree.operator === '!') return !value;
      if (tree.operator === '-') return -Number(value);
      return tree.operator === '~' ? ~Number(value) : undefined;
    }
    case 'LogicalExpression': {
      const left = of(tree.left);
      if (left === undefined) {
        /* `x && false` is false only if x does nothing, which is not known here */
        return undefined;
      }
      if (tree.operator === '&&') return left ? of(tree.right) : left;
      return left ? left : of(tree.right);
    }
    case 'ConditionalExpression': {
      const test = of(tree.test);
      return test === undefined ? undefined : of(test ? tree.consequent : tree.alternate);
    }
    case 'BinaryExpression': {
      const left = of(tree.left as Expression);
      const right = of(tree.right);
      return left === undefined || right === undefined ? undefined : binary(tree.operator, Number(left), Number(right));
    }
    default:
      return undefined;
  }
}

function binary(operator: string, a: number, b: number): Constant | undefined {
  switch (operator) {
    case '|':
      return a | b;
    case '&':
      return a & b;
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '===':
      return a === b;
    case '!==':
      return a !== b;
    case '<':
      return a < b;
    case '>':
      return a > b;
    default:
      return undefined;
  }
}
