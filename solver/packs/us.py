"""United States, federal: Fair Labor Standards Act."""

from datetime import date

from solver.pack import PACKS, Pack, PackPremium, Source

PACK = PACKS.add("us")(
    Pack(
        name="us",
        title="United States (federal)",
        values=(),
        premia=(
            PackPremium(
                key="overtime_premium",
                kind="overtime",
                fraction=0.50,
                after_hours_a_week=40.0,
                words="one and a half times the regular rate beyond 40 hours a week; "
                "no limit on the hours of adults, no rule on rest or breaks",
                source=Source(
                    law="Fair Labor Standards Act, 29 U.S.C. 207(a)(1)",
                    url="http://uscode.elaws.us/law/title29.chapter8.section207",
                    read=date(2026, 11, 22),
                    evidence="text",
                ),
            ),
        ),
        not_covered=(
            "fair-workweek laws of states and cities (notice, predictability pay): "
            "see the rule notice and your own city",
        ),
    )
)
