"""Words of programs that begin with an @ and are nobody's handle: annotations, decorators, scopes of packages.

Known by name, or by what follows where they begin a line: what they are called with, or the definition that they stand
before. Whatever else has an @ counts as a handle.
"""

from __future__ import annotations

import re

#: Anywhere, and only where they begin a line.
_ANYWHERE = """
Override Deprecated SuppressWarnings SafeVarargs FunctionalInterface Test ParameterizedTest BeforeEach AfterEach
BeforeAll AfterAll Autowired Inject Bean Component Service Repository Controller RestController Configuration Entity
RequestMapping GetMapping PostMapping PutMapping DeleteMapping RequestBody RequestParam PathVariable Transactional
SpringBootApplication Nullable NonNull NotNull Column Table Id GeneratedValue OneToMany ManyToOne Data Builder Getter
Setter Slf4j Composable Preview Singleton Module Provides Injectable NgModule Input Output JvmStatic JvmField Throws
Retention Target Value Mock InjectMocks Spy Captor MockBean SpringBootTest State Published ObservedObject StateObject
EnvironmentObject Environment Binding MainActor HiltViewModel AndroidEntryPoint Immutable Serializable
"""
_BEGINNING_A_LINE = """
param return returns throws see since author deprecated override property staticmethod classmethod dataclass
pytest.fixture pytest.mark.parametrize functools.wraps functools.cache abstractmethod app.route media import keyframes
font-face supports charset layer include mixin extend interface implementation protocol synthesize end tailwind apply
"""
_SCOPES = """
types angular babel vue nestjs mui emotion aws-sdk google-cloud react-native testing-library typescript-eslint reduxjs
tanstack storybook rollup vitejs sveltejs ngrx fortawesome prisma apollo microsoft azure octokit actions radix-ui
"""
_ANNOTATIONS, _LINE_ANNOTATIONS = frozenset(_ANYWHERE.split()), frozenset(_BEGINNING_A_LINE.split())
_SCOPES_OF_PACKAGES = frozenset(_SCOPES.split())
_MODULES = frozenset(
    (
        "functools",
        "contextlib",
        "dataclasses",
        "pytest",
        "unittest",
        "mock",
        "hypothesis",
        "click",
        "app",
        "api",
        "router",
    )
)
#: What makes a decorator of a word with an @ that begins a line: what it is called with, or what it stands before.
_CALLED = re.compile(
    r"\((?=[)\"'{\[\d]|\w+ ?[=,.)])|(?:\([^\n]{0,200}\))?[ \t]*\r?\n[ \t]*(?:@\w|(?:async )?def \w|class \w"
    r"|(?:public|private|protected|internal|static|final|abstract|export|data|open) \w"
    r"|(?:fun|func|struct|enum|interface) \w)"
    r"| (?:public|private|protected|internal|static|final) (?:static |final |abstract )?"
    r"(?:var|let|val|void|class|struct|func|fun|int|String|boolean) \w| (?:var|let|val) \w+ ?[:=]"
)


def is_of_a_program(text: str, match: re.Match[str]) -> bool:
    """Whether an @ with a word, matched in `text`, is an annotation, a decorator or a package and calls nobody."""
    word = match.group()[1:]
    begins_line = not text[text.rfind("\n", 0, match.start()) + 1 : match.start()].strip(" \t*/")
    if word in _ANNOTATIONS or (
        begins_line
        and (
            word in _LINE_ANNOTATIONS
            or word.partition(".")[0] in _MODULES
            or _CALLED.match(text, match.end())
        )
    ):
        return True
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    return after == "/" and (before in ("'", '"', "`") or word in _SCOPES_OF_PACKAGES)
