"""What is told of whole datasets beside their findings: statistics, plans, the data of the report page."""
