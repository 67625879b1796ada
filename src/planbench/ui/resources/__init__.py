"""The loading of resources below the Gantt."""
