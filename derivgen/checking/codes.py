"""The codes of what the checker says, in the form in which ``derivgen explain`` prints them.

They are a table of their own beside :data:`derivgen.error_codes.CODES`: a claim of a document that is
wrong is a finding, not an error, so nothing raises these.  A code never changes its meaning.
"""

from __future__ import annotations

from derivgen.error_codes import CodeEntry

#: Code -> entry.  C1: numbers, C2: formulas, C3: shapes, C4: undecided, C5: what is missing.
CHECK_CODES: dict[str, CodeEntry] = {
    "C101": CodeEntry(
        "wrong result of arithmetic",
        "The numbers on one side, worked out as they are printed, do not give the number on the "
        "other side, neither rounded nor cut.",
        "0.4 * 0.5 + 0.1 = 0.35, where the left side gives 0.3",
        "Work the line out again; write the value under `expected`.",
    ),
    "C102": CodeEntry(
        "wrong value of a quantity",
        "The number printed for a quantity is not the value that the network gives it.",
        "a_1 = 0.6123, where sigmoid(z_1) is 0.5987",
        "Look first at the line that this one follows from, if one is named.",
    ),
    "C103": CodeEntry(
        "wrong operand",
        "A number was put in for a quantity that has another value, such as a weight misread "
        "from the list of weights or an old value used after an update.",
        "z = 0.7 * a_1 where the weight is given as 0.8",
        "Put the quantity's own value in, or correct the value that is given for it.",
    ),
    "C104": CodeEntry(
        "wrong sign",
        "The size of the number is right and its sign is not.",
        "dL/dw = 0.0822 where the gradient is -0.0822",
        "Look for a dropped minus, or for target - output taken as output - target.",
    ),
    "C105": CodeEntry(
        "a given value that is not the network's",
        "The document gives a quantity another value than the network has. What it goes on to work out "
        "with that value follows from here.",
        "w_1 = 0.45 in the document, where the spec says 0.40",
        "Correct the value, or check against the network that the document is about.",
    ),
    "C110": CodeEntry(
        "rounding slip: the operands as printed give another last digit",
        "The printed number is the exact value, rounded, but whoever works out the line from the "
        "numbers that stand in it gets another last digit.",
        "0.33 * 3 = 1.00",
        "Print more digits in between, or write an approximate sign in place of `=`.",
    ),
    "C111": CodeEntry(
        "rounding slip: carried on from rounded numbers",
        "The line follows from its own numbers, but these were rounded before, and what was lost "
        "has reached the digits that are printed.",
        "a delta of 0.1385 worked out from factors of four digits, where the exact value rounds to "
        "0.1384",
        "Carry more digits than are printed, or say in the text that rounded numbers are carried on.",
    ),
    "C120": CodeEntry(
        "cut instead of rounded",
        "The printed number is the true value with its last digits cut off, not rounded.",
        "0.66 for 2/3",
        "Round, or say in the text that digits are cut off.",
    ),
    "C201": CodeEntry(
        "the two sides are not equal",
        "The two sides of an equation differ in value for some values of the quantities in them.",
        "sigma'(z) = a (1 + a)",
        "Compare the two sides term by term; `expected` has the right one where it could be told.",
    ),
    "C202": CodeEntry(
        "a wrong derivative",
        "The derivative on the left is not what stands on the right; what is held fixed is what "
        "the notation says.",
        "dE/dw_5 = (out - y) * out_h1, without the derivative of the activation",
        "Write the chain rule out, with one factor for each step and one term for each path.",
    ),
    "C203": CodeEntry(
        "a wrong update rule",
        "The new value of a parameter is not the old one less the learning rate times its gradient, "
        "or not what the network's optimiser does.",
        "w <- w + eta dL/dw",
        "Subtract the learning rate times the gradient, once.",
    ),
    "C204": CodeEntry(
        "an inequality that does not hold",
        "The two sides compare the other way for the values that they have.",
        "L_1 < L_0, where the loss has grown",
        "Recompute both sides.",
    ),
    "C301": CodeEntry(
        "the shapes do not fit",
        "Two matrices or vectors meet in a sum, a product or an equation that their shapes do not "
        "allow.",
        "W x with W of 2 x 3 and x of 2 entries",
        "Transpose one of them, or write the product the other way round.",
    ),
    "C401": CodeEntry(
        "undecided: a name without a definition",
        "The claim uses a name that the document neither defines nor gives a value, and that no "
        "quantity of the network goes by.",
        "delta = q * a_1 where no line says what q is",
        "Define the name in the document, or say what it is: `--map 'q=W2[0,0]'`.",
    ),
    "C402": CodeEntry(
        "undecided: something is left out",
        "Dots stand for terms that could be filled in in more than one way.",
        "0.1 + 0.2 + ... = 0.8",
        "Write the terms out.",
    ),
    "C403": CodeEntry(
        "undecided: too much work",
        "The claim reached the limit on the work that one claim, or one document, may cost.",
        "a sum over ten thousand terms within another one",
        "Split the line into several, or the document into parts.",
    ),
    "C404": CodeEntry(
        "undecided: belongs to no quantity",
        "A formula in general terms, which is about no quantity of this network and cannot be "
        "tested by itself.",
        "y = m x + b in an introduction",
        "Nothing needs to be done; `--map` ties the names to quantities where that was meant.",
    ),
    "C405": CodeEntry(
        "undecided: a value is not known",
        "The claim is about numbers, and one of those that it needs is given nowhere.",
        "a_1 = 0.5987 where no value is given for x_1",
        "Give the value in the document, or check against a network: `--network net.yaml`.",
    ),
    "C406": CodeEntry(
        "undecided: right by the document's own definitions, not by the network's",
        "The document defines something else than the network does, in a line that is named by itself, "
        "or a name was matched with the wrong quantity; this line follows.",
        "gradients of a loss without the 1/2 that the network has",
        "Look at the lines that are called wrong, and at the mapping; `--map` corrects it.",
    ),
    "C407": CodeEntry(
        "undecided: it has no value",
        "Something in the claim has no value, or none of ordinary size.",
        "log(-1) = 0.5, or a power with an exponent of a million digits",
        "Look at what the message names: a division by zero, a root or a logarithm out of its domain.",
    ),
    "C408": CodeEntry(
        "undecided: too few digits",
        "The digits that were not printed matter more than those of the result, so the numbers of the "
        "line do not tell whether it is right.",
        "0.51 - 0.50 = 0.0083",
        "Print more digits of the numbers that are subtracted.",
    ),
    "C409": CodeEntry(
        "undecided: the document is about another network",
        "Most of the values and formulas that the document gives are not those of the network, so that no "
        "line of it can be held against the network.",
        "a derivation for a network with two outputs, checked against one with a single output",
        "Give the network that the document is about: `--network net.yaml`; or none, and the "
        "document's own definitions are the network.",
    ),
    "C410": CodeEntry(
        "undecided: too much contradicts",
        "By what was understood of the document more of it would be wrong than can be believed, each time for "
        "another reason. It is more likely that something in it is not meant as it was read.",
        "two exercises under one heading, with other numbers in the second",
        "Check the parts one by one, or against a network: `--network net.yaml`.",
    ),
    "C501": CodeEntry(
        "a parameter is never updated",
        "The other parameters get new values and this one does not.",
        "all weights are updated, and the biases are not mentioned again",
        "Update it, or say that it is held fixed.",
    ),
    "C502": CodeEntry(
        "a parameter without a gradient",
        "The gradients of its neighbours are worked out and this one's is not.",
        "dL/dw_1, dL/dw_2 and dL/dw_4, but no dL/dw_3",
        "Add the missing derivative.",
    ),
}
