"""What rights on rows are decided by, where the row itself does not say it."""

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base


class ContractPark(Base):
    """A park that a contract had a parcel in at any time; supplements inherit those of what they amend."""

    __tablename__ = "contract_park"

    contract_no: Mapped[str] = mapped_column(Text, primary_key=True)
    park_code: Mapped[str] = mapped_column(Text, primary_key=True)
