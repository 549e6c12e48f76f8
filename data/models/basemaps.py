"""Base maps of the map page: where their pictures come from."""

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Index, Text, false, func, text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base


class Basemap(Base):
    """One base map. ``source`` is a folder or file of the server, or the address of a service.

    ``key_value`` is read by the program alone; ``key_set_at`` says when it was typed.
    """

    __tablename__ = "basemap"
    __table_args__ = (
        CheckConstraint("kind IN ('folder', 'mbtiles', 'wms', 'wmts')", name="kind_code"),
        CheckConstraint("(key_value IS NULL) = (key_set_at IS NULL)", name="key_whole"),
        Index("ix_basemap_name", "name", unique=True, postgresql_where=text("removed_at IS NULL")),
    )

    basemap_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    grid: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    layers: Mapped[str] = mapped_column(Text, server_default="")
    key_name: Mapped[str] = mapped_column(Text, server_default="")
    key_value: Mapped[str | None] = mapped_column(Text)
    key_set_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    attribution: Mapped[str] = mapped_column(Text)
    approval: Mapped[str] = mapped_column(Text, server_default="")
    is_overlay: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    created_by: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    removed_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
