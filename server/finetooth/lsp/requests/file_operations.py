"""Files that were renamed or deleted: what was said of them goes, what is ignored of them goes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lsprotocol import types

from finetooth.engine.baseline import read, renamed, write
from finetooth.engine.settings.config import ConfigError
from finetooth.lsp.open_document import path_of

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer
    from finetooth.lsp.session import Session

_FILES: Final = types.FileOperationRegistrationOptions(
    [
        types.FileOperationFilter(types.FileOperationPattern(glob, matches=kind), scheme="file")
        for glob, kind in (
            ("**/*.{jsonl,ndjson,json}", types.FileOperationPatternKind.File),
            ("**/*.{jsonl,ndjson,json}.{gz,zst}", types.FileOperationPatternKind.File),
            ("**/*", types.FileOperationPatternKind.Folder),
        )
    ]
)


def register(server: FinetoothServer) -> None:
    """Wire both notifications. Open documents are closed and opened anew by the client itself."""
    session = server.session

    @server.feature(types.WORKSPACE_DID_RENAME_FILES, _FILES)
    def did_rename(params: types.RenameFilesParams) -> None:
        for file in params.files:
            session.disk_findings.clear(file.old_uri)
            _rename_in_baselines(session, file.old_uri, file.new_uri)
        session.disk_work.changed()

    @server.feature(types.WORKSPACE_DID_DELETE_FILES, _FILES)
    def did_delete(params: types.DeleteFilesParams) -> None:
        for file in params.files:
            session.disk_findings.clear(file.uri)
        paths = (path_of(file.uri) for file in params.files)
        session.files_changed({path for path in paths if path is not None})


def _rename_in_baselines(session: Session, old_uri: str, new_uri: str) -> None:
    """What is ignored in a file is ignored under its new name. A baseline that cannot be read or written
    stays as it is: its entries are stale then, and told so.
    """
    old, new = path_of(old_uri), path_of(new_uri)
    if old is None or new is None:
        return
    settings = session.resolution.settings_of(old)
    config = session.resolution.config_of(old, settings)
    path = None if config is None else session.baselines.path_of(config, old, session.folders)
    if path is None or not path.is_file():
        return
    try:
        write(renamed(read(path), old, new))
    except (ConfigError, OSError) as error:
        session.server.log(types.MessageType.Warning, f"{path.name} was not changed: {error}")
        return
    session.look_at_baselines()
