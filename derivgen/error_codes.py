"""The one list of the codes of errors.

A code never changes its meaning, and ``derivgen explain CODE`` prints its entry.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CodeEntry:
    """What ``derivgen explain`` prints of a code."""

    title: str
    why: str
    example: str = ""
    fix: str = ""


#: Code -> entry.  E1: reading files, E2: spec, E3: expressions, E4: network, E5: derivation,
#: E6: documents and outputs, E7: command line.
CODES: dict[str, CodeEntry] = {
    "E101": CodeEntry(
        "the file cannot be read",
        "The path does not exist, is a folder, or may not be opened.",
        "derivgen build no_such_file.yaml",
        "Check the path; `-` reads from standard input.",
    ),
    "E102": CodeEntry(
        "the file is not UTF-8 text",
        "Specs and documents are text in UTF-8 (or in UTF-16 with its mark at the beginning), without NUL "
        "and other control characters.",
        "a spec in Latin-1, or a PDF given as a spec",
        "Save the file as UTF-8.",
    ),
    "E103": CodeEntry(
        "the document is too large",
        "A spec has a limit on its size, on its depth, and on what YAML aliases may repeat.",
        "a: &a [1, 1]; b: &b [*a, *a]; c: &c [*b, *b]; ...",
        "Put large arrays into CSV or NPZ files and name those in the spec.",
    ),
    "E104": CodeEntry(
        "the document has a syntax error",
        "It is not valid YAML, TOML or JSON, whichever its ending says.",
        "dense: [1, 2",
        "Look at the place given, and at the line before it.",
    ),
    "E105": CodeEntry(
        "a key stands twice",
        "One mapping holds the same key two times, so one of the values would be lost.",
        "steps: 1 and, further down, steps: 2",
        "Remove one of them.",
    ),
    "E106": CodeEntry(
        "a YAML tag is not allowed",
        "A spec is plain data; tags that make objects are refused.",
        "!!python/object:os.system ls",
        "Write the plain value.",
    ),
    "E107": CodeEntry(
        "an unknown format of spec",
        "The ending of the file says how to read it.",
        "derivgen build network.txt",
        "Name it .yaml, .toml or .json.",
    ),
    "E108": CodeEntry(
        "a data file cannot be used",
        "A CSV or NPZ file named in the spec is no such file, or holds what is no array of "
        "numbers; pickled objects are never loaded.",
        "weights: {npz: model.npz, key: W9}",
        "Check the file, and the name of the array in it.",
    ),
    "E109": CodeEntry(
        "an optional package is missing",
        "Some formats are read by a package that is installed on demand only.",
        "a notebook, without nbformat",
        "Install derivgen with the extra that the message names.",
    ),
    "E110": CodeEntry(
        "the document is not what its format says",
        "Its ending, or --input-format, names a format, but the file is no such file or is damaged.",
        "a notebook that is no valid JSON",
        "Check the file; name its format where the ending misleads.",
    ),
    "E111": CodeEntry(
        "an unknown format of document",
        "Documents to check are Markdown, LaTeX, plain text, notebooks, or text from a PDF.",
        "read_manuscript(text, format='docx')",
        "Use one of the formats that the message lists.",
    ),
    "E201": CodeEntry(
        "an unknown key",
        "Keys that derivgen does not know are refused, so that no typing mistake goes unseen.",
        "activatoin: relu",
        "Use one of the keys listed; `derivgen schema` prints them all.",
    ),
    "E202": CodeEntry(
        "a key is missing",
        "A part of the spec that has no default was left out.",
        "a spec without `loss`",
        "Add the key.",
    ),
    "E203": CodeEntry(
        "a value is of the wrong kind",
        "The key exists, but not with this value.",
        "steps: many",
        "Write a value of the kind that the message names.",
    ),
    "E204": CodeEntry(
        "an unknown name",
        "The spec names a preset, an array or another thing that does not exist.",
        "notation: standart",
        "`derivgen list` shows what there is.",
    ),
    "E205": CodeEntry(
        "a value is no number",
        "Values are finite decimal numbers or fractions of whole numbers.",
        "weights: [[0.1, nan]]",
        "Write a number such as 0.25, -3 or 1/3.",
    ),
    "E206": CodeEntry(
        "an array is empty or ragged",
        "An array holds at least one number, and all of its rows are of one length.",
        "[[1, 2], [3]]",
        "Complete the rows.",
    ),
    "E207": CodeEntry(
        "two sizes do not fit",
        "The shape of an array is not the one that its neighbours ask for; the message names both.",
        "a layer of 2 units with a weight matrix of 3 rows",
        "Change one of the two; `orientation: from_to` reads weights with one column a unit.",
    ),
    "E208": CodeEntry(
        "a target is outside the domain of the loss",
        "Some losses have a meaning for certain targets only.",
        "binary cross-entropy with a target of 2",
        "Change the target, or choose another loss.",
    ),
    "E209": CodeEntry(
        "two settings contradict each other",
        "Each of them is fine, but they cannot hold together.",
        "weights: {csv: w.csv, symbolic: true}",
        "Keep one of them.",
    ),
    "E220": CodeEntry(
        "a name is used twice",
        "Two quantities of one network have the same name, or are written the same.",
        "names: {weights: [[w1, w1]]}",
        "Give each a name of its own.",
    ),
    "E221": CodeEntry(
        "an override cannot be applied",
        "`--set` takes key=value, with dots between the keys and numbers (from 0) for list items.",
        "--set training.steps",
        "Write for example --set training.steps=3 or --set layers.0.activation=relu.",
    ),
    "E222": CodeEntry(
        "something is missing to make the network",
        "The spec is well formed, but does not say enough.",
        "layers without data.inputs",
        "Add what the message names.",
    ),
    "E450": CodeEntry(
        "a target or a prediction lies outside the domain of the loss",
        "Each loss is defined for certain targets and predictions only: cross-entropy for "
        "probabilities, hinge for targets -1 and +1.",
        "loss: binary_cross_entropy with a target of 2",
        "Change the target, or take a loss that is defined for it. For a prediction: give the output "
        "an activation such as sigmoid or softmax, or take the loss on logits.",
    ),
    "E451": CodeEntry(
        "a target is no probability distribution",
        "Categorical cross-entropy needs targets that are at least 0 and add up to 1.",
        "loss: categorical_cross_entropy with the target [1, 1, 0]",
        "Give one-hot rows, class indices, or probabilities that add up to 1.",
    ),
    "E452": CodeEntry(
        "an option that does not exist",
        "Functions, losses and optimisers have named options; others are refused.",
        "activation: {name: elu, slope: 0.1}",
        "The message lists the options there are.",
    ),
    "E453": CodeEntry(
        "the value of an option lies outside its domain",
        "Each option of a function, a loss or an optimiser states the numbers that it takes.",
        "optimiser: {name: adam, beta1: 1}",
        "Choose a number inside the domain that the message states.",
    ),
    "E454": CodeEntry(
        "an unknown function, loss or optimiser",
        "The name is in none of the tables; `derivgen list` prints them.",
        "activation: sigmiod",
        "Check the spelling, or define a function of your own.",
    ),
    "E455": CodeEntry(
        "an unknown rule for kinks",
        "At a kink the derivative is the left one, the right one, the middle of both, or the "
        "smallest of all between them.",
        "kink: zero",
        "Use left, right, middle or smallest.",
    ),
    "E456": CodeEntry(
        "a function that cannot be differentiated",
        "A function of one's own may hold its argument only, must not jump, and its pieces must "
        "meet at points that can be found.",
        "where(z > 0, 1, 0)",
        "Write it with linear or quadratic conditions and without jumps.",
    ),
    "E211": CodeEntry(
        "a name is empty or too long",
        "The name of a quantity is printed in every formula; it has 1 to 200 characters.",
        'names: {W: {latex: ""}}',
        "Write a short name such as `w`, `z_{h1}` or `\\hat{y}`.",
    ),
    "E212": CodeEntry(
        "a name holds a command that names may not use",
        "Names are read by derivgen's own reader of a small part of LaTeX: Greek letters, "
        "accents, faces, sub- and superscripts. Everything else is refused, so that no name can "
        "run a command of TeX.",
        "names: {W: {latex: '\\input{x}'}}",
        "Use letters, digits, Greek letters, `\\hat`, `\\mathrm`, `\\mathbf`, `\\text` and the like.",
    ),
    "E213": CodeEntry(
        "a name holds a character that names may not use",
        "Names consist of letters, digits, Greek letters, `_`, `^`, braces, parentheses, primes, "
        "commas, `+`, `-` and `*`.",
        "names: {W: {latex: 'w$1'}}",
        "Leave the character out, or put words into `\\text{...}`.",
    ),
    "E214": CodeEntry(
        "a brace or parenthesis of a name has no partner",
        "Each `{` needs its `}` and each `(` its `)`.",
        "names: {W: {latex: 'w_{1'}}",
        "Close what was opened, or remove what closes nothing.",
    ),
    "E215": CodeEntry(
        "a part of a name is missing",
        "`_`, `^` and commands such as `\\hat` are followed by what they apply to.",
        "names: {W: {latex: 'w_'}}",
        "Write the missing part, in braces when it is longer than one character.",
    ),
    "E216": CodeEntry(
        "a name has two subscripts or two superscripts at one place",
        "A letter carries one subscript and one superscript; `w5` counts as `w_5`.",
        "names: {W: {latex: 'w_1_2'}}",
        "Join them: `w_{1,2}`.",
    ),
    "E301": CodeEntry(
        "a character is no part of the equation language",
        "Equations are written with names, numbers, + - * / ** ^ @ .T ( ) [ ] , = and comparisons.",
        "z = W · x",
        "Write * for a product, / for a quotient, .T for a transpose.",
    ),
    "E302": CodeEntry(
        "something else was expected here",
        "The equation is not complete or not well formed at the place named.",
        "z = x + * y",
        "Look at what stands just before the place.",
    ),
    "E303": CodeEntry(
        "a number is too long or too large",
        "Numbers have at most 40 digits and a power of ten up to 300.",
        "x = 1e400",
    ),
    "E304": CodeEntry(
        "an expression is too long or nested too deeply",
        "An equation has at most 10,000 characters and 60 levels, a call 30 arguments.",
        "",
        "Split it into several equations.",
    ),
    "E305": CodeEntry(
        "a constant part has no value",
        "A part of the expression without variables is infinite, not a real number or too large, "
        "or an exponent is too large.",
        "9**9**9**9, 1/0, sqrt(-1), log(0)",
    ),
    "E306": CodeEntry(
        "an unknown function",
        "The name before '(' is neither an elementary function nor one of the network's.",
        "sigmiod(z)",
        "`derivgen list` names the functions; an array takes its indices in [ ].",
    ),
    "E307": CodeEntry(
        "a function has the wrong arguments",
        "The number or the kind of the arguments does not fit the function.",
        "exp(x, y); sum(x, 2*i)",
    ),
    "E308": CodeEntry(
        "an index is not a whole-number combination of indices",
        "Between [ and ] stand whole numbers and indices with whole factors.",
        "x[i*j], x[i/2], x[0.5]",
        "As in x[2*i + u - 1, j].",
    ),
    "E309": CodeEntry(
        "a comparison stands outside where(...)",
        "A condition is only the first argument of where(condition, value, otherwise).",
        "y = x > 0",
        "y = where(x > 0, 1, 0)",
    ),
    "E310": CodeEntry(
        "an unknown name in a formula of one variable",
        "A formula of a function may use its variables, pi and e.",
        "expression: z * tanhh(zz)",
    ),
    "E311": CodeEntry(
        "a bracket is never closed",
        "The bracket at the place named has no partner.",
        "z = sigmoid(x + b",
    ),
    "E312": CodeEntry(
        "this is no equation",
        "An equation begins with a name, with indices or without, and '='.",
        "W @ x + b",
        "z = W @ x + b",
    ),
    "E401": CodeEntry(
        "a name is not defined",
        "An equation reads a name that is neither declared nor computed by an equation.",
        "a = sigmoid(y) where only z is computed",
        "Declare it, or correct its spelling.",
    ),
    "E402": CodeEntry(
        "a name is defined twice",
        "Two declarations, two equations for the same elements, or an equation for what is given.",
        "z = x + 1 and z = x + 2",
    ),
    "E403": CodeEntry(
        "an array has another number of indices",
        "Every axis of an array takes one index.",
        "W[i] where W is a matrix",
        "W[i,j]",
    ),
    "E404": CodeEntry(
        "an index runs over two different ranges",
        "An index that stands alone between brackets runs over that axis, so all such axes have to "
        "be equally long.",
        "sum(W[i,j]*x[j], j) with W of 2 x 3 and x of 2",
    ),
    "E405": CodeEntry(
        "the range of an index cannot be told",
        "The index stands alone on no axis of a known array.",
        "s[t] = s[t-1] + x[t-1]",
        "Give its range: `ranges: {t: [1, 3]}`.",
    ),
    "E406": CodeEntry(
        "an array is read outside its shape",
        "An index leaves the array, which declares no value for readings outside (padding).",
        "x[i+1] where i runs over all of x",
        "Give the index a smaller range, or the array a value `outside`.",
    ),
    "E407": CodeEntry(
        "an index has no meaning here",
        "An index on the right side belongs to the target or to a sum, mean or max around it.",
        "z[i] = W[i,j]*x[j]",
        "z[i] = sum(W[i,j]*x[j], j)",
    ),
    "E408": CodeEntry(
        "an index has two meanings",
        "An index is free and summed, summed twice, or also the name of an array.",
        "z[i] = sum(x[i], i)",
        "Choose another letter for one of them.",
    ),
    "E409": CodeEntry(
        "shapes do not fit",
        "Whole arrays combine as in numpy: equal axes, or one of them 1; the matrix product needs "
        "equal inner axes; where indices are written, every array takes its indices.",
        "W @ x with W of 2 x 3 and x of 2",
    ),
    "E410": CodeEntry(
        "equations go round in a circle",
        "A quantity depends on itself, and not on its own earlier values along one index.",
        "a = b + 1 and b = 2*a",
        "For a recurrence, index every quantity of the circle by the step: h[t] from h[t-1].",
    ),
    "E411": CodeEntry(
        "there is no scalar loss",
        "Gradients are those of one number: the loss names a computed quantity without axes.",
        "loss: z where z has 3 elements",
        "Sum it: L = sum(z[i], i).",
    ),
    "E412": CodeEntry(
        "an array has no elements",
        "An axis of length 0.",
        "shape: [0, 3]",
    ),
    "E413": CodeEntry(
        "a part of an array is never computed",
        "Several equations compute parts of one array; together they have to cover it.",
        "h[0] = h0 and h[t] = ... for t from 2 to 3",
    ),
    "E414": CodeEntry(
        "a target's index is not simple",
        "In a target each index is a whole number, or an index of its own plus a whole number.",
        "z[2*i] = x[i]",
    ),
    "E415": CodeEntry(
        "a network is too large",
        "A computed array has more than 100 million elements, or a recurrence more than 10,000 steps.",
    ),
    "E501": CodeEntry(
        "a printed gradient disagrees with its independent check",
        "Each gradient is compared with central differences before anything is written. "
        "A mismatch means that the derivation or the check is at fault, so nothing is printed.",
        "",
        "A kink of an activation very near the values given can cause it; otherwise report it.",
    ),
    "E502": CodeEntry(
        "a value left the range of numbers",
        "A quantity became infinite or not a number during the forward or backward pass.",
        "a logarithm of 0, a division by 0, an exponential of 1000",
        "Change the values so that every quantity stays finite.",
    ),
    "E503": CodeEntry(
        "exact arithmetic meets a value that no fraction can show",
        "With `numbers.exact: true` every value is a fraction; exp, log and the like leave "
        "the rational numbers, and after a few steps of training a fraction has hundreds of digits.",
        "numbers: {exact: true} with activation: sigmoid",
        "Use identity or ReLU activations and fewer steps, or ask for decimals instead.",
    ),
    "E504": CodeEntry(
        "an unknown view",
        "A view says how gradients are worked out: paths, reuse, matrix, symbolic, closed-form.",
        "derivgen build net.yaml --view path",
        "`derivgen list views` lists them.",
    ),
    "E505": CodeEntry(
        "numbers are asked for and there are none",
        "Some input, target or parameter was left symbolic, so there is nothing to compute with.",
        "derivgen values symbolic.yaml",
        "Give every array its values, or build the document, which is then symbolic.",
    ),
    "E506": CodeEntry(
        "nothing of that name to work out",
        "`document.show` selects parameters: all, first, or names of arrays or of single elements.",
        "document: {show: [w_9]}",
        "`derivgen values` lists the names of arrays; elements are named as in the document.",
    ),
    "E507": CodeEntry(
        "a file's suffix stands for no format",
        "`save` chooses the format by the suffix: .tex, .md, .pdf, .typ, .html.",
        'derived.save("handout.doc")',
        "Use one of these suffixes.",
    ),
    "E610": CodeEntry(
        "a template cannot be found or read",
        "A style, a format or an included template has no file of that name, neither in the "
        "folder given nor among those that come with derivgen.",
        "style: tutorail",
        "`derivgen templates` lists them all.",
    ),
    "E611": CodeEntry(
        "a template has a syntax error",
        "Jinja could not read the template.  Its delimiters here are << >>, <% %> and <# #>.",
        "<% for step in steps >",
        "Look at the line given, and at the statement that is open there.",
    ),
    "E612": CodeEntry(
        "a template uses a name that does not exist",
        "Names and attributes that are missing stop the run rather than print as nothing.",
        "<< chian.left >>",
        "Check the spelling against the page on templates.",
    ),
    "E613": CodeEntry(
        "a style's markup cannot be read",
        "A mark that was opened is not closed, a block stands inside a line of text, or a value "
        "is of a kind that a document cannot hold.",
        "The error << display >> is small.",
        "Put a display, a table or a figure on a line by itself; close every *, `, :::.",
    ),
    "E614": CodeEntry(
        "a reference or a label of a display is wrong",
        "A label is given twice, or a reference stands before the display that it names.",
        '<< ref("loss") >> before << display | numbered("loss") >>',
        "Number the display first, with a label of its own.",
    ),
    "E615": CodeEntry(
        "a template failed while it ran",
        "An operation in it failed, or it tried something that the sandbox forbids.",
        "<< 1 / 0 >>, << ''.__class__ >>",
        "Templates place blocks; leave computing to the derivation.",
    ),
    "E620": CodeEntry(
        "no LaTeX is installed",
        "The engine `latex` runs pdflatex, lualatex or xelatex, and none of them was found.",
        "derivgen build net.yaml --engine latex",
        "Leave the engine away (Typst is built in), or install TeX Live.",
    ),
    "E621": CodeEntry(
        "LaTeX stopped with an error",
        "The message is the last error of LaTeX's log and the line of the document that it names.",
        "a TeX that lacks amsmath or booktabs",
        "Install what it names; Debian's texlive-latex-recommended, texlive-pictures and lmodern "
        "are enough.",
    ),
    "E622": CodeEntry(
        "LaTeX took too long",
        "A run is stopped after five minutes.",
        "",
        "Use Typst, or show fewer parameters in full.",
    ),
    "E623": CodeEntry(
        "Typst could not make the PDF",
        "The document that was written for it has an error.",
        "a template of your own for the format typ that is not right",
        "Write the document with `--to typ` and look at the place given.",
    ),
    "E630": CodeEntry(
        "unknown format, dialect or engine",
        "Documents are written only in the formats that have a row and a folder of templates.",
        "--to pdff",
        "`derivgen list formats` and `derivgen list dialects` name them all.",
    ),
    "E631": CodeEntry(
        "the format cannot follow an option",
        "Dialects and front matter belong to Markdown; an option is never left out silently.",
        "--to tex --dialect github",
        "Leave the option away, or write Markdown.",
    ),
    "E632": CodeEntry(
        "an output cannot be written",
        "The folder cannot be made or written to, or the disk is full.  Older files are as they "
        "were.",
        "-o /proc",
        "Choose another folder with -o.",
    ),
    "E701": CodeEntry(
        "unknown command",
        "The first word after `derivgen` names none of its commands.",
        "derivgen biuld net.yaml",
        "`derivgen --help` lists the commands.",
    ),
    "E702": CodeEntry(
        "unknown option",
        "The command has no option of this name; options are not abbreviated.",
        "derivgen build net.yaml --stlye handout",
        "`derivgen COMMAND --help` lists the options of a command.",
    ),
    "E703": CodeEntry(
        "bad usage",
        "An argument is missing, is one too many, or has a value that it cannot take.",
        "derivgen build net.yaml --engine latx",
        "`derivgen COMMAND --help` shows what the command takes.",
    ),
    "E704": CodeEntry(
        "the file is there already",
        "A new spec or a copied template would replace a file, perhaps with work in it.",
        "derivgen new mynet (twice)",
        "Choose another name, or replace the file with --force.",
    ),
    "E705": CodeEntry(
        "unknown diagnostic code",
        "`derivgen explain` knows the codes of this table only.",
        "derivgen explain E999",
        "`derivgen list codes` lists them.",
    ),
    "E706": CodeEntry(
        "a package for an optional feature is missing",
        "Shell completion is made by shtab, which a plain installation leaves out.",
        "derivgen completion bash",
        "pip install 'derivgen[completion]'",
    ),
    "E707": CodeEntry(
        "two specs would write the same files",
        "Documents are named after their specs, so two specs of one name in one call would "
        "overwrite each other; standard input can be read only once.",
        "derivgen build a/net.yaml b/net.yaml",
        "Build them one by one, each with its own -o.",
    ),
    "E708": CodeEntry(
        "the operating system refused",
        "A file or folder could not be read, made or written.",
        "derivgen build net.yaml -o /proc",
        "Check the path, its permissions, and the free space of the disk.",
    ),
    "E709": CodeEntry(
        "a fault in derivgen itself",
        "derivgen met a case that its authors did not foresee; the input may well be fine. The "
        "traceback above the message says where.",
        "",
        "Please report it with the traceback and the spec.",
    ),
}
