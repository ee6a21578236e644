"""What organizers do on their pages and in the admin, for programs: addresses under /api/v1/organize/."""
