"""How well the work goes: figures of orders, people, crews, buildings, contractors and months."""
